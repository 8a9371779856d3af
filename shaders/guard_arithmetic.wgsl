// The guard's yardstick of arithmetic: y = conv3×3(x, w), 32 → 32 channels of 48×48 pixels, zero outside, as plainly as
// it can be written: a pixel and four channels a thread. It never changes, since recorded ratios are against it.
const SIDE = 48;
const C = 32;
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = i32(id.x);
  if (i >= SIDE * SIDE * C / 4) { return; }
  let co = i % (C / 4);
  let ox = i / (C / 4) % SIDE;
  let oy = i / (C / 4) / SIDE;
  var sum = vec4f();
  for (var ky = 0; ky < 3; ky++) {
    for (var kx = 0; kx < 3; kx++) {
      let iy = oy + ky - 1;
      let ix = ox + kx - 1;
      if (iy < 0 || ix < 0 || iy >= SIDE || ix >= SIDE) { continue; }
      for (var ci = 0; ci < C; ci++) {
        sum += x[(iy * SIDE + ix) * C + ci] * w[((ky * 3 + kx) * C + ci) * (C / 4) + co];
      }
    }
  }
  y[i] = sum;
}
