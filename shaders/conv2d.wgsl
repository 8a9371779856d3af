// Convolution, NHWC, direct: a thread keeps 4 pixels of one row × 4 output channels in registers.
//   y[n,oy,ox,co] = Σ_{ky,kx,ci} x[n, oy·SY − padTop + ky, ox·SX − padLeft + kx, ci] · w[ky,kx,ci,co]
// CI4, CO4: input / output channels are a multiple of 4 and are read and written as vec4f.
struct Params {
  n: u32, h: u32, w: u32, ci: u32,
  oh: u32, ow: u32, co: u32, padTop: i32,
  padLeft: i32,
}
@group(0) @binding(0) var<uniform> p: Params;
#if ${CI4}
@group(0) @binding(1) var<storage, read_write> x: array<vec4f>;
#else
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
#endif
#if ${CO4}
@group(0) @binding(2) var<storage, read_write> w: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;
#else
@group(0) @binding(2) var<storage, read_write> w: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
#endif
override KH = 3u;
override KW = 3u;
override SY = 1u;
override SX = 1u;

${EPILOGUE}

// Four output channels of one input channel's weights; tap_ci = (ky·KW + kx)·ci + c.
fn weights(tap_ci: u32, co4: u32) -> vec4f {
#if ${CO4}
  return w[tap_ci * (p.co / 4) + co4];
#else
  let i = tap_ci * p.co + co4 * 4;
  let last = p.co - 1 - co4 * 4;
  return vec4f(w[i], w[i + min(1, last)], w[i + min(2, last)], w[i + min(3, last)]);
#endif
}

fn store(pixel: u32, co4: u32, value: vec4f) {
#if ${CO4}
  let element = pixel * (p.co / 4) + co4;
  y[element] = epilogue(value, element, co4);
#else
  let i = pixel * p.co + co4 * 4;
  let left = p.co - co4 * 4;
  y[i] = value.x;
  if (left > 1) { y[i + 1] = value.y; }
  if (left > 2) { y[i + 2] = value.z; }
  if (left > 3) { y[i + 3] = value.w; }
#endif
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let thread = (group.y * groups.x + group.x) * 64 + lane;
  let channels = (p.co + 3) / 4;
  let blocks = (p.ow + 3) / 4;
  let co4 = thread % channels;
  let block = thread / channels;
  let row = block / blocks;
  if (row >= p.n * p.oh) { return; }
  let ox = (block % blocks) * 4;
  let oy = row % p.oh;
  let image = (row / p.oh) * p.h;

  var a0 = vec4f(); var a1 = vec4f(); var a2 = vec4f(); var a3 = vec4f();
  for (var ky = 0u; ky < KH; ky++) {
    let iy = u32(i32(oy * SY + ky) - p.padTop);
    if (iy >= p.h) { continue; }
    for (var kx = 0u; kx < KW; kx++) {
      let i0 = u32(i32(ox * SX + kx) - p.padLeft);
      let i1 = i0 + SX; let i2 = i1 + SX; let i3 = i2 + SX;
      let m0 = f32(i0 < p.w); let m1 = f32(i1 < p.w); let m2 = f32(i2 < p.w); let m3 = f32(i3 < p.w);
      let line = (image + iy) * p.w;
      let tap = (ky * KW + kx) * p.ci;
#if ${CI4}
      let c4 = p.ci / 4;
      let e0 = (line + select(0, i0, i0 < p.w)) * c4;
      let e1 = (line + select(0, i1, i1 < p.w)) * c4;
      let e2 = (line + select(0, i2, i2 < p.w)) * c4;
      let e3 = (line + select(0, i3, i3 < p.w)) * c4;
      for (var c = 0u; c < c4; c++) {
        let w0 = weights(tap + c * 4, co4);
        let w1 = weights(tap + c * 4 + 1, co4);
        let w2 = weights(tap + c * 4 + 2, co4);
        let w3 = weights(tap + c * 4 + 3, co4);
        let x0 = x[e0 + c] * m0; let x1 = x[e1 + c] * m1; let x2 = x[e2 + c] * m2; let x3 = x[e3 + c] * m3;
        a0 = fma(w3, vec4f(x0.w), fma(w2, vec4f(x0.z), fma(w1, vec4f(x0.y), fma(w0, vec4f(x0.x), a0))));
        a1 = fma(w3, vec4f(x1.w), fma(w2, vec4f(x1.z), fma(w1, vec4f(x1.y), fma(w0, vec4f(x1.x), a1))));
        a2 = fma(w3, vec4f(x2.w), fma(w2, vec4f(x2.z), fma(w1, vec4f(x2.y), fma(w0, vec4f(x2.x), a2))));
        a3 = fma(w3, vec4f(x3.w), fma(w2, vec4f(x3.z), fma(w1, vec4f(x3.y), fma(w0, vec4f(x3.x), a3))));
      }
#else
      let e0 = (line + select(0, i0, i0 < p.w)) * p.ci;
      let e1 = (line + select(0, i1, i1 < p.w)) * p.ci;
      let e2 = (line + select(0, i2, i2 < p.w)) * p.ci;
      let e3 = (line + select(0, i3, i3 < p.w)) * p.ci;
      for (var c = 0u; c < p.ci; c++) {
        let w0 = weights(tap + c, co4);
        a0 = fma(w0, vec4f(x[e0 + c] * m0), a0);
        a1 = fma(w0, vec4f(x[e1 + c] * m1), a1);
        a2 = fma(w0, vec4f(x[e2 + c] * m2), a2);
        a3 = fma(w0, vec4f(x[e3 + c] * m3), a3);
      }
#endif
    }
  }
  let pixel = row * p.ow + ox;
  store(pixel, co4, a0);
  if (ox + 1 < p.ow) { store(pixel + 1, co4, a1); }
  if (ox + 2 < p.ow) { store(pixel + 2, co4, a2); }
  if (ox + 3 < p.ow) { store(pixel + 3, co4, a3); }
}
