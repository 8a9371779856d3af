// Pads a tensor of up to four axes: zeros around (and between, where step > 1), or the image mirrored about its border
// pixels; UNREFLECT is the adjoint of the mirror: each element sums all the places it was copied to.
struct Params { source: vec4u, to: vec4u, begin: vec4u, step: vec4u, count: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn at(coordinate: vec4u) -> u32 {
  return ((coordinate.x * p.source.y + coordinate.y) * p.source.z + coordinate.z) * p.source.w + coordinate.w;
}

// The coordinate that a mirror shows at i, of an axis of `extent`.
fn mirrored(i: i32, extent: i32) -> i32 {
  let positive = abs(i);
  return select(positive, 2 * (extent - 1) - positive, positive >= extent);
}

// The three places of a mirrored axis where element i may stand: itself, before the start, past the end; −1 for none.
fn copies(i: i32, begin: i32, extent: i32, padded: i32) -> vec3i {
  let before = select(-1, begin - i, i > 0 && i <= begin);
  let after_at = begin + 2 * (extent - 1) - i;
  let after = select(-1, after_at, i < extent - 1 && after_at < padded);
  return vec3i(begin + i, before, after);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let thread = (group.y * groups.x + group.x) * 64u + lane;
  if (thread >= p.count) { return; }
  let c3 = thread % p.to.w;
  let c2 = thread / p.to.w % p.to.z;
  let c1 = thread / (p.to.w * p.to.z) % p.to.y;
  let c0 = thread / (p.to.w * p.to.z * p.to.y);
  let c = vec4u(c0, c1, c2, c3);
#if ${UNREFLECT}
  let k0 = copies(i32(c.x), i32(p.begin.x), i32(p.to.x), i32(p.source.x));
  let k1 = copies(i32(c.y), i32(p.begin.y), i32(p.to.y), i32(p.source.y));
  let k2 = copies(i32(c.z), i32(p.begin.z), i32(p.to.z), i32(p.source.z));
  let k3 = copies(i32(c.w), i32(p.begin.w), i32(p.to.w), i32(p.source.w));
  var sum = 0.0;
  for (var a = 0; a < 3; a++) { for (var b = 0; b < 3; b++) { for (var d = 0; d < 3; d++) { for (var e = 0; e < 3; e++) {
    let k = vec4i(k0[a], k1[b], k2[d], k3[e]);
    if (all(k >= vec4i(0))) { sum += x[at(vec4u(k))]; }
  } } } }
  y[thread] = sum;
#elif ${REFLECT}
  let i = vec4i(c) - vec4i(p.begin);
  let e = vec4i(p.source);
  let m = vec4i(mirrored(i.x, e.x), mirrored(i.y, e.y), mirrored(i.z, e.z), mirrored(i.w, e.w));
  y[thread] = x[at(vec4u(m))];
#else
  let i = vec4i(c) - vec4i(p.begin);
  let q = vec4u(max(i, vec4i(0))) / p.step;
  let inside = all(i >= vec4i(0)) && all(q * p.step == vec4u(max(i, vec4i(0)))) && all(q < p.source);
  var value = 0.0;
  if (inside) { value = x[at(q)]; }
  y[thread] = value;
#endif
}
