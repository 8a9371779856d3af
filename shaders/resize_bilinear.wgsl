// Bilinear resize between h × w and oh × ow, half-pixel centres, edges clamped. Output pixel o looks at
// s = (o + ½) · in / out − ½: between ⌊s⌋ and ⌊s⌋ + 1. ADJOINT sums, for each small pixel, what looked at it.
struct Params { n: u32, h: u32, w: u32, c: u32, oh: u32, ow: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

struct Taps { low: u32, high: u32, share: f32 }

fn taps(o: u32, extent: u32, out: u32) -> Taps {
  let s = clamp((f32(o) + 0.5) * f32(extent) / f32(out) - 0.5, 0.0, f32(extent - 1));
  let low = u32(floor(s));
  return Taps(low, min(low + 1, extent - 1), s - floor(s));
}

// The weight with which output o looks at i.
fn weight(o: u32, i: u32, extent: u32, out: u32) -> f32 {
  let t = taps(o, extent, out);
  return select(0.0, 1 - t.share, t.low == i) + select(0.0, t.share, t.high == i);
}

// Outputs that may look at i: first and one past the last.
fn lookers(i: u32, extent: u32, out: u32) -> vec2u {
  let scale = f32(out) / f32(extent);
  let first = floor((f32(i) - 0.5) * scale - 0.5) - 1;
  let last = ceil((f32(i) + 1.5) * scale - 0.5) + 1;
  // The border pixels are also looked at by every clamped output beyond them.
  let from_start = select(u32(max(first, 0.0)), 0u, i == 0);
  let to_end = select(min(u32(max(last, 0.0)) + 1, out), out, i == extent - 1);
  return vec2u(from_start, to_end);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let thread = (group.y * groups.x + group.x) * 64u + lane;
  let c = thread % p.c;
#if ${ADJOINT}
  if (thread >= p.n * p.h * p.w * p.c) { return; }
  let ix = thread / p.c % p.w;
  let iy = thread / (p.c * p.w) % p.h;
  let n = thread / (p.c * p.w * p.h);
  let rows = lookers(iy, p.h, p.oh);
  let columns = lookers(ix, p.w, p.ow);
  var sum = 0.0;
  for (var oy = rows.x; oy < rows.y; oy++) {
    let wy = weight(oy, iy, p.h, p.oh);
    for (var ox = columns.x; ox < columns.y; ox++) {
      sum += wy * weight(ox, ix, p.w, p.ow) * x[((n * p.oh + oy) * p.ow + ox) * p.c + c];
    }
  }
  y[thread] = sum;
#else
  if (thread >= p.n * p.oh * p.ow * p.c) { return; }
  let tx = taps(thread / p.c % p.ow, p.w, p.ow);
  let ty = taps(thread / (p.c * p.ow) % p.oh, p.h, p.oh);
  let base = thread / (p.c * p.ow * p.oh) * p.h;
  let row0 = (base + ty.low) * p.w;
  let row1 = (base + ty.high) * p.w;
  let top = mix(x[(row0 + tx.low) * p.c + c], x[(row0 + tx.high) * p.c + c], tx.share);
  let bottom = mix(x[(row1 + tx.low) * p.c + c], x[(row1 + tx.high) * p.c + c], tx.share);
  y[thread] = mix(top, bottom, ty.share);
#endif
}
