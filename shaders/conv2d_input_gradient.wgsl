// Gradient of a convolution by its input (also the transposed convolution), NHWC, direct.
//   dx[n,iy,ix,ci] = Σ_{ky,kx,co} dy[n, (iy + padTop − ky)/SY, (ix + padLeft − kx)/SX, co] · w[ky,kx,ci,co]
// over the taps that divide evenly. Pixels of one phase, (iy + padTop) mod SY and (ix + padLeft) mod SX, use the same
// taps, so a thread takes 4 pixels SX apart and the sum is dense. A thread keeps 4 pixels × 4 input channels.
// CO4: output channels are a multiple of 4 and dy and w are read as vec4f; CI4: dx is written as vec4f.
struct Params {
  n: u32, h: u32, w: u32, ci: u32,
  oh: u32, ow: u32, co: u32, padTop: u32,
  padLeft: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
#if ${CO4}
@group(0) @binding(1) var<storage, read_write> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> w: array<vec4f>;
#else
@group(0) @binding(1) var<storage, read_write> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> w: array<f32>;
#endif
#if ${CI4}
@group(0) @binding(3) var<storage, read_write> dx: array<vec4f>;
#else
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;
#endif
override KH = 3u;
override KW = 3u;
override SY = 1u;
override SX = 1u;

${EPILOGUE}

fn store(pixel: u32, ci4: u32, value: vec4f) {
#if ${CI4}
  let element = pixel * (p.ci / 4) + ci4;
  dx[element] = epilogue(value, element, ci4);
#else
  let i = pixel * p.ci + ci4 * 4;
  let left = p.ci - ci4 * 4;
  dx[i] = value.x;
  if (left > 1) { dx[i + 1] = value.y; }
  if (left > 2) { dx[i + 2] = value.z; }
  if (left > 3) { dx[i + 3] = value.w; }
#endif
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let thread = (group.y * groups.x + group.x) * 64 + lane;
  let channels = (p.ci + 3) / 4;
  let columns = (p.w + SX - 1) / SX;
  let blocks = (columns + 3) / 4 * SX;
  let ci4 = thread % channels;
  let block = thread / channels;
  let row = block / blocks;
  if (row >= p.n * p.h) { return; }
  // The block's first pixel: its position within the stride, then four strides a block.
  let ix = (block % blocks) % SX + (block % blocks) / SX * 4 * SX;
  if (ix >= p.w) { return; }
  let iy = row % p.h;
  let image = (row / p.h) * p.oh;
  let left = (p.ci - 1) - ci4 * 4;

  var a0 = vec4f(); var a1 = vec4f(); var a2 = vec4f(); var a3 = vec4f();
  let ty = iy + p.padTop;
  let tx = ix + p.padLeft;
  for (var ky = ty % SY; ky < KH; ky += SY) {
    let oy = (ty - ky) / SY;
    if (ty < ky || oy >= p.oh) { continue; }
    for (var kx = tx % SX; kx < KW; kx += SX) {
      let o0 = u32((i32(tx) - i32(kx)) / i32(SX));
      let o1 = o0 + 1; let o2 = o0 + 2; let o3 = o0 + 3;
      let m0 = f32(o0 < p.ow); let m1 = f32(o1 < p.ow); let m2 = f32(o2 < p.ow); let m3 = f32(o3 < p.ow);
      let line = (image + oy) * p.ow;
#if ${CO4}
      let c4 = p.co / 4;
#else
      let c4 = p.co;
#endif
      let e0 = (line + select(0, o0, o0 < p.ow)) * c4;
      let e1 = (line + select(0, o1, o1 < p.ow)) * c4;
      let e2 = (line + select(0, o2, o2 < p.ow)) * c4;
      let e3 = (line + select(0, o3, o3 < p.ow)) * c4;
      let f0 = ((ky * KW + kx) * p.ci + ci4 * 4) * c4;
      let f1 = f0 + min(1, left) * c4; let f2 = f0 + min(2, left) * c4; let f3 = f0 + min(3, left) * c4;
      for (var c = 0u; c < c4; c++) {
        let w0 = w[f0 + c]; let w1 = w[f1 + c]; let w2 = w[f2 + c]; let w3 = w[f3 + c];
        let d0 = dy[e0 + c] * m0; let d1 = dy[e1 + c] * m1; let d2 = dy[e2 + c] * m2; let d3 = dy[e3 + c] * m3;
#if ${CO4}
        a0 += vec4f(dot(d0, w0), dot(d0, w1), dot(d0, w2), dot(d0, w3));
        a1 += vec4f(dot(d1, w0), dot(d1, w1), dot(d1, w2), dot(d1, w3));
        a2 += vec4f(dot(d2, w0), dot(d2, w1), dot(d2, w2), dot(d2, w3));
        a3 += vec4f(dot(d3, w0), dot(d3, w1), dot(d3, w2), dot(d3, w3));
#else
        let ws = vec4f(w0, w1, w2, w3);
        a0 = fma(vec4f(d0), ws, a0);
        a1 = fma(vec4f(d1), ws, a1);
        a2 = fma(vec4f(d2), ws, a2);
        a3 = fma(vec4f(d3), ws, a3);
#endif
      }
    }
  }
  let pixel = row * p.w + ix;
  store(pixel, ci4, a0);
  if (ix + SX < p.w) { store(pixel + SX, ci4, a1); }
  if (ix + 2 * SX < p.w) { store(pixel + 2 * SX, ci4, a2); }
  if (ix + 3 * SX < p.w) { store(pixel + 3 * SX, ci4, a3); }
}
