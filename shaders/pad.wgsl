// Pads a tensor of up to four axes: zeros around (and between, where step > 1), or the image mirrored about its border
// pixels; UNREFLECT is the adjoint of the mirror: each element sums all the places it was copied to.
// A thread computes `turns` elements, one after another along axis 2; with VEC4, where the last axis is not padded, four
// times as many along it (and extents count vec4f).
struct Params { source: vec4u, to: vec4u, begin: vec4u, step: vec4u, inverse: vec3f, count: u32, turns: u32 }
@group(0) @binding(0) var<uniform> p: Params;
#if ${VEC4}
alias value = vec4f;
#else
alias value = f32;
#endif
@group(0) @binding(1) var<storage, read_write> x: array<value>;
@group(0) @binding(2) var<storage, read_write> y: array<value>;

${QUOTIENT}

fn at(coordinate: vec4u) -> u32 {
  return ((coordinate.x * p.source.y + coordinate.y) * p.source.z + coordinate.z) * p.source.w + coordinate.w;
}

// The coordinates that mirrors show at i, of axes of such extents.
fn mirrored(i: vec4i, extent: vec4i) -> vec4i {
  let positive = abs(i);
  return select(positive, 2 * (extent - 1) - positive, positive >= extent);
}

// The three places of mirrored axes where element i may stand: itself, before the start, past the end; −1 for none.
struct Copies { here: vec4i, before: vec4i, after: vec4i }

fn copies(i: vec4i, begin: vec4i, extent: vec4i, padded: vec4i) -> Copies {
  let after = begin + 2 * (extent - 1) - i;
  return Copies(
    begin + i,
    select(vec4i(-1), begin - i, (i > vec4i(0)) & (i <= begin)),
    select(vec4i(-1), after, (i < extent - 1) & (after < padded)));
}

fn column(k: Copies, n: i32, axis: i32) -> i32 {
  return select(select(k.after[axis], k.before[axis], n == 1), k.here[axis], n == 0);
}

// The element of y at c.
fn padded(c: vec4i) -> value {
#if ${UNREFLECT}
  let k = copies(c, vec4i(p.begin), vec4i(p.to), vec4i(p.source));
  // Nearly all elements stand in but one place.
  if (all(max(k.before, k.after) < vec4i(0))) { return x[at(vec4u(k.here))]; }
  var sum = value();
  for (var a = 0; a < 3; a++) {
    let ka = column(k, a, 0);
    if (ka < 0) { continue; }
    for (var b = 0; b < 3; b++) {
      let kb = column(k, b, 1);
      if (kb < 0) { continue; }
      for (var d = 0; d < 3; d++) {
        let kd = column(k, d, 2);
        if (kd < 0) { continue; }
        for (var e = 0; e < 3; e++) {
          let ke = column(k, e, 3);
          if (ke >= 0) { sum += x[at(vec4u(vec4i(ka, kb, kd, ke)))]; }
        }
      }
    }
  }
  return sum;
#elif ${REFLECT}
  return x[at(vec4u(mirrored(c - vec4i(p.begin), vec4i(p.source))))];
#else
  let i = c - vec4i(p.begin);
#if ${STEPPED}
  let q = max(i, vec4i(0)) / vec4i(p.step);
  let inside = all(i >= vec4i(0)) && all(q * vec4i(p.step) == max(i, vec4i(0))) && all(q < vec4i(p.source));
#else
  let q = i;
  let inside = all(i >= vec4i(0)) && all(q < vec4i(p.source));
#endif
  return select(value(), x[select(0, at(vec4u(q)), inside)], inside);
#endif
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let thread = (group.y * groups.x + group.x) * 64u + lane;
  if (thread >= p.count) { return; }
  let blocks = (p.to.z + p.turns - 1) / p.turns;
  let q3 = quotient(thread, p.to.w, p.inverse.z);
  let q2 = quotient(q3, blocks, p.inverse.y);
  let q1 = quotient(q2, p.to.y, p.inverse.x);
  let first = (q3 - q2 * blocks) * p.turns;
  let w = thread - q3 * p.to.w;
  for (var z = first; z < min(first + p.turns, p.to.z); z++) {
    y[(q2 * p.to.z + z) * p.to.w + w] = padded(vec4i(vec4u(q1, q2 - q1 * p.to.y, z, w)));
  }
}
