// Max pooling over whole windows: MAXIMUM gives each window's maximum; GATHER the element of `g` at the maximum of x;
// SCATTER, its adjoint, sums into each pixel the `g` of every window whose maximum it is (the first of equals).
// A thread takes one channel (four with VEC4; c counts vec4f) of a window; BY_PIXEL one of a pixel, where scattered windows
// overlap or leave pixels out.
struct Params {
  n: u32, h: u32, w: u32, c: u32,
  oh: u32, ow: u32, size: u32, stride: u32,
  inverse: vec3f,  // of the extents that a thread's number is split by: channels, columns, rows
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

struct Position { n: u32, row: u32, column: u32, c: u32 }

fn position(thread: u32, rows: u32, columns: u32) -> Position {
  let q = quotient(thread, p.c, p.inverse.x);
  let line = quotient(q, columns, p.inverse.y);
  let n = quotient(line, rows, p.inverse.z);
  return Position(n, line - n * rows, q - line * columns, thread - q * p.c);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let thread = (group.y * groups.x + group.x) * 64u + lane;
#if ${BY_PIXEL}
  if (thread >= p.n * p.h * p.w * p.c) { return; }
  let at = position(thread, p.h, p.w);
  let from_y = select(0u, (at.row - p.size + p.stride) / p.stride, at.row >= p.size);
  let from_x = select(0u, (at.column - p.size + p.stride) / p.stride, at.column >= p.size);
  var sum = value();
  for (var oy = from_y; oy < p.oh && oy * p.stride <= at.row; oy++) {
    for (var ox = from_x; ox < p.ow && ox * p.stride <= at.column; ox++) {
      let best = best_of(((at.n * p.h + oy * p.stride) * p.w + ox * p.stride) * p.c + at.c);
      let place = (at.row - oy * p.stride) * p.size + at.column - ox * p.stride;
      sum += select(value(), g[((at.n * p.oh + oy) * p.ow + ox) * p.c + at.c], best.place == index(place));
    }
  }
  y[thread] = sum;
#else
  if (thread >= p.n * p.oh * p.ow * p.c) { return; }
  let at = position(thread, p.oh, p.ow);
  let corner = ((at.n * p.h + at.row * p.stride) * p.w + at.column * p.stride) * p.c + at.c;
  let best = best_of(corner);
#if ${MAXIMUM}
  y[thread] = best.value;
#else
  var found = value();
#if ${SCATTER}
  found = g[thread];
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
  y[thread] = found;
#endif
#endif
#endif
}
