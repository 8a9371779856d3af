// Max pooling over whole windows: MAXIMUM gives each window's maximum; GATHER the element of `g` at the maximum of x;
// SCATTER, its adjoint, sums into each pixel the `g` of every window whose maximum it is (the first of equals).
struct Params { n: u32, h: u32, w: u32, c: u32, oh: u32, ow: u32, size: u32, stride: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
#if ${MAXIMUM}
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
#else
@group(0) @binding(2) var<storage, read_write> g: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
#endif

// The element of x that is the maximum of window (oy, ox).
fn argmax(n: u32, oy: u32, ox: u32, c: u32) -> u32 {
  let corner = ((n * p.h + oy * p.stride) * p.w + ox * p.stride) * p.c + c;
  var best = corner;
  for (var i = 0u; i < p.size; i++) {
    for (var j = 0u; j < p.size; j++) {
      let at = corner + (i * p.w + j) * p.c;
      if (x[at] > x[best]) { best = at; }
    }
  }
  return best;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let thread = (group.y * groups.x + group.x) * 64u + lane;
  let c = thread % p.c;
#if ${SCATTER}
  if (thread >= p.n * p.h * p.w * p.c) { return; }
  let ix = thread / p.c % p.w;
  let iy = thread / (p.c * p.w) % p.h;
  let n = thread / (p.c * p.w * p.h);
  let from_y = select(0u, (iy - p.size + p.stride) / p.stride, iy >= p.size);
  let from_x = select(0u, (ix - p.size + p.stride) / p.stride, ix >= p.size);
  var sum = 0.0;
  for (var oy = from_y; oy < p.oh && oy * p.stride <= iy; oy++) {
    for (var ox = from_x; ox < p.ow && ox * p.stride <= ix; ox++) {
      if (argmax(n, oy, ox, c) == thread) { sum += g[((n * p.oh + oy) * p.ow + ox) * p.c + c]; }
    }
  }
  y[thread] = sum;
#else
  if (thread >= p.n * p.oh * p.ow * p.c) { return; }
  let ox = thread / p.c % p.ow;
  let oy = thread / (p.c * p.ow) % p.oh;
  let best = argmax(thread / (p.c * p.ow * p.oh), oy, ox, c);
#if ${GATHER}
  y[thread] = g[best];
#else
  y[thread] = x[best];
#endif
#endif
}
