// Max pooling over whole windows: MAXIMUM gives each window's maximum; GATHER the element of `g` at the maximum of x;
// SCATTER, its adjoint, sums into each pixel the `g` of every window whose maximum it is (the first of equals).
// A thread takes one channel (four with VEC4; c counts vec4f) of `turns` windows of a line; BY_PIXEL of so many pixels, where
// scattered windows overlap or leave pixels out.
struct Params {
  n: u32, h: u32, w: u32, c: u32,
  oh: u32, ow: u32, size: u32, stride: u32,
  inverse: vec3f,  // of the extents that a thread's number is split by: channels, blocks of columns, rows
  turns: u32,      // columns a block
}
@group(0) @binding(0) var<uniform> p: Params;
#if ${VEC4}
alias value = vec4f;
alias index = vec4u;
#else
alias value = f32;
alias index = u32;
#endif
@group(0) @binding(1) var<storage, read_write> x: array<value>;
#if ${MAXIMUM}
@group(0) @binding(2) var<storage, read_write> y: array<value>;
#else
@group(0) @binding(2) var<storage, read_write> g: array<value>;
@group(0) @binding(3) var<storage, read_write> y: array<value>;
#endif

${QUOTIENT}

// A window's maximum, and which of its pixels it is.
struct Best { value: value, place: index }

fn best_of(corner: u32) -> Best {
  var best = Best(x[corner], index(0));
  for (var i = 0u; i < p.size; i++) {
    for (var j = 0u; j < p.size; j++) {
      let v = x[corner + (i * p.w + j) * p.c];
      best.place = select(best.place, index(i * p.size + j), v > best.value);
      best.value = select(best.value, v, v > best.value);
    }
  }
  return best;
}

#if ${BY_PIXEL}
fn scatter(n: u32, row: u32, column: u32, c: u32) {
  let from_y = select(0u, (row - p.size + p.stride) / p.stride, row >= p.size);
  let from_x = select(0u, (column - p.size + p.stride) / p.stride, column >= p.size);
  var sum = value();
  for (var oy = from_y; oy < p.oh && oy * p.stride <= row; oy++) {
    for (var ox = from_x; ox < p.ow && ox * p.stride <= column; ox++) {
      let best = best_of(((n * p.h + oy * p.stride) * p.w + ox * p.stride) * p.c + c);
      let place = (row - oy * p.stride) * p.size + column - ox * p.stride;
      sum += select(value(), g[((n * p.oh + oy) * p.ow + ox) * p.c + c], best.place == index(place));
    }
  }
  y[((n * p.h + row) * p.w + column) * p.c + c] = sum;
}
#else
fn pool(n: u32, row: u32, column: u32, c: u32) {
  let window = ((n * p.oh + row) * p.ow + column) * p.c + c;
  let corner = ((n * p.h + row * p.stride) * p.w + column * p.stride) * p.c + c;
  let best = best_of(corner);
#if ${MAXIMUM}
  y[window] = best.value;
#else
  var found = value();
#if ${SCATTER}
  found = g[window];
#endif
  for (var i = 0u; i < p.size; i++) {
    for (var j = 0u; j < p.size; j++) {
      let e = corner + (i * p.w + j) * p.c;
      let here = best.place == index(i * p.size + j);
#if ${SCATTER}
      y[e] = select(value(), found, here);
#else
      found = select(found, g[e], here);
#endif
    }
  }
#if ${GATHER}
  y[window] = found;
#endif
#endif
}
#endif

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let thread = (group.y * groups.x + group.x) * 64u + lane;
#if ${BY_PIXEL}
  let extent = vec2u(p.w, p.h);
#else
  let extent = vec2u(p.ow, p.oh);
#endif
  let blocks = (extent.x + p.turns - 1) / p.turns;
  let q = quotient(thread, p.c, p.inverse.x);
  let line = quotient(q, blocks, p.inverse.y);
  let n = quotient(line, extent.y, p.inverse.z);
  if (n >= p.n) { return; }
  let first = (q - line * blocks) * p.turns;
  for (var column = first; column < min(first + p.turns, extent.x); column++) {
#if ${BY_PIXEL}
    scatter(n, line - n * extent.y, column, thread - q * p.c);
#else
    pool(n, line - n * extent.y, column, thread - q * p.c);
#endif
  }
}
