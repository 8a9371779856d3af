// Gradient of a convolution by its weights, split over the pixels.
//   dw[ky,kx,ci,co] = Σ_{n,oy,ox} x[n, oy·SY − padTop + ky, ox·SX − padLeft + kx, ci] · dy[n,oy,ox,co]
// A thread keeps 4 ci × 4 co of one tap and sums the output rows of one split into partials[split][ky,kx,ci,co];
// sum_splits.wgsl adds the splits in a fixed order, so the result is the same on every run.
// CI4, CO4: input / output channels are a multiple of 4 and are read as vec4f.
struct Params {
  n: u32, h: u32, w: u32, ci: u32,
  oh: u32, ow: u32, co: u32, padTop: i32,
  padLeft: i32, splits: u32, rowsPerSplit: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
#if ${CI4}
@group(0) @binding(1) var<storage, read_write> x: array<vec4f>;
#else
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
#endif
#if ${CO4}
@group(0) @binding(2) var<storage, read_write> dy: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> partials: array<vec4f>;
#else
@group(0) @binding(2) var<storage, read_write> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> partials: array<f32>;
#endif
override KH = 3u;
override KW = 3u;
override SY = 1u;
override SX = 1u;

fn inputs(pixel: u32, ci4: u32) -> vec4f {
#if ${CI4}
  return x[pixel * (p.ci / 4) + ci4];
#else
  let i = pixel * p.ci + ci4 * 4;
  let last = p.ci - 1 - ci4 * 4;
  return vec4f(x[i], x[i + min(1, last)], x[i + min(2, last)], x[i + min(3, last)]);
#endif
}

fn gradients(pixel: u32, co4: u32) -> vec4f {
#if ${CO4}
  return dy[pixel * (p.co / 4) + co4];
#else
  let i = pixel * p.co + co4 * 4;
  let last = p.co - 1 - co4 * 4;
  return vec4f(dy[i], dy[i + min(1, last)], dy[i + min(2, last)], dy[i + min(3, last)]);
#endif
}

fn store(row: u32, co4: u32, value: vec4f) {
#if ${CO4}
  partials[row * (p.co / 4) + co4] = value;
#else
  let i = row * p.co + co4 * 4;
  let left = p.co - co4 * 4;
  partials[i] = value.x;
  if (left > 1) { partials[i + 1] = value.y; }
  if (left > 2) { partials[i + 2] = value.z; }
  if (left > 3) { partials[i + 3] = value.w; }
#endif
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let thread = (group.y * groups.x + group.x) * 64 + lane;
  let co4s = (p.co + 3) / 4;
  let ci4s = (p.ci + 3) / 4;
  let co4 = thread % co4s;
  let ci4 = thread / co4s % ci4s;
  let tap = thread / (co4s * ci4s) % (KH * KW);
  let split = thread / (co4s * ci4s * KH * KW);
  if (split >= p.splits) { return; }
  let ky = i32(tap / KW) - p.padTop;
  let kx = i32(tap % KW) - p.padLeft;
  // The output columns whose input column lies in the image.
  let first = u32(max(0, -kx) + i32(SX) - 1) / SX;
  let end = min(p.ow, u32(max(0, i32(p.w) - kx) + i32(SX) - 1) / SX);
  let rowEnd = min(p.n * p.oh, (split + 1) * p.rowsPerSplit);

  var a0 = vec4f(); var a1 = vec4f(); var a2 = vec4f(); var a3 = vec4f();
  for (var row = split * p.rowsPerSplit; row < rowEnd; row++) {
    let iy = u32(i32(row % p.oh * SY) + ky);
    if (iy >= p.h) { continue; }
    let line = i32((row / p.oh * p.h + iy) * p.w) + kx;
    for (var ox = first; ox < end; ox++) {
      let xs = inputs(u32(line + i32(ox * SX)), ci4);
      let ds = gradients(row * p.ow + ox, co4);
      a0 = fma(vec4f(xs.x), ds, a0);
      a1 = fma(vec4f(xs.y), ds, a1);
      a2 = fma(vec4f(xs.z), ds, a2);
      a3 = fma(vec4f(xs.w), ds, a3);
    }
  }
  let left = p.ci - ci4 * 4;
  let out = (split * KH * KW + tap) * p.ci + ci4 * 4;
  store(out, co4, a0);
  if (left > 1) { store(out + 1, co4, a1); }
  if (left > 2) { store(out + 2, co4, a2); }
  if (left > 3) { store(out + 3, co4, a3); }
}
