// The device's multiply-add rate: every thread runs six independent chains of vec4f multiply-adds in registers
// (eight spill on CPU drivers).
struct Params { threads: u32, rounds: u32, factor: f32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * 64u + lane;
  if (i >= p.threads) { return; }
  let m = vec4f(p.factor);
  let c = vec4f(f32(i) * 1e-6);
  var a = c; var b = c + 1; var d = c + 2; var e = c + 3; var f = c + 4; var g = c + 5;
  // Four turns written out: the loop's own work would otherwise be counted.
  for (var r = 0u; r < p.rounds; r++) {
    a = fma(a, m, c); b = fma(b, m, c); d = fma(d, m, c); e = fma(e, m, c); f = fma(f, m, c); g = fma(g, m, c);
    a = fma(a, m, c); b = fma(b, m, c); d = fma(d, m, c); e = fma(e, m, c); f = fma(f, m, c); g = fma(g, m, c);
    a = fma(a, m, c); b = fma(b, m, c); d = fma(d, m, c); e = fma(e, m, c); f = fma(f, m, c); g = fma(g, m, c);
    a = fma(a, m, c); b = fma(b, m, c); d = fma(d, m, c); e = fma(e, m, c); f = fma(f, m, c); g = fma(g, m, c);
  }
  y[i] = (a + b) + (d + e) + (f + g);
}
