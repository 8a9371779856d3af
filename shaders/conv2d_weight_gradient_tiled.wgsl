// Gradient of a convolution by its weights on GPUs: a product of matrices in tiles (see conv2d_tiled.wgsl).
//   dw[r, co] = Σ_{n,oy,ox} x[n, oy·SY − padTop + ky, ox·SX − padLeft + kx, ci] · dy[n,oy,ox,co],  r = (ky·KW + kx)·CI + ci
// A workgroup sums the output pixels of one split into partials[split][r][co]; sum_splits.wgsl adds the splits in a
// fixed order. CO is a multiple of 4. COLUMN_SUMS: the first block of rows also sums dy into columnSums[split][co].
struct Params {
  n: u32, h: u32, w: u32, ci: u32,
  oh: u32, ow: u32, co: u32, padTop: i32,
  padLeft: i32, pixelsPerSplit: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> dy: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> partials: array<vec4f>;
#if ${COLUMN_SUMS}
@group(0) @binding(4) var<storage, read_write> columnSums: array<vec4f>;
#endif

override KH = 3u;
override KW = 3u;
override SY = 1u;
override SX = 1u;

${TILE}

// x of one row at output pixel i, counted through all images; zero outside the image and past the last pixel.
fn input(i: u32, end: u32, y: i32, x0: i32, ci: u32) -> f32 {
  let iy = u32(i32(i / p.ow % p.oh * SY) + y);
  let ix = u32(i32(i % p.ow * SX) + x0);
  let inside = i < end && iy < p.h && ix < p.w;
  let e = ((i / (p.ow * p.oh) * p.h + iy) * p.w + ix) * p.ci + ci;
  return select(0, x[select(0, e, inside)], inside);
}

fn gradient_quad(i: u32, end: u32, co: u32) -> vec4f {
  let inside = i < end && co < p.co;
  return select(vec4f(), dy[select(0, (i * p.co + co) / 4, inside)], inside);
}

var<private> split: u32;

fn put(row: u32, column4: u32, value: vec4f) {
  let rows = KH * KW * p.ci;
  if (row >= rows || column4 * 4 >= p.co) { return; }
  let start = (split * rows + row) * p.co + column4 * 4;
  partials[start / 4] = value;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  split = group.z;
  let r = group.x * ROWS + thread % ROWS;
  let tap = r / p.ci;
  let y = i32(tap / KW) - p.padTop;
  let x0 = i32(tap % KW) - p.padLeft;
  let end = min(p.n * p.oh * p.ow, (group.z + 1) * p.pixelsPerSplit);
  var s = Sums();
#if ${COLUMN_SUMS}
  var total = vec4f();
#endif
  for (var k = group.z * p.pixelsPerSplit; k < end; k += DEPTH) {
    for (var i = 0u; i < ROWS / 16; i++) {
      let quad = thread / ROWS * (ROWS / 16) + i;
      let first = k + quad * 4;
      tile_a[thread % ROWS * PITCH + quad] = vec4f(
        input(first, end, y, x0, r % p.ci), input(first + 1, end, y, x0, r % p.ci),
        input(first + 2, end, y, x0, r % p.ci), input(first + 3, end, y, x0, r % p.ci));
    }
    for (var i = thread; i < DEPTH * COLUMNS / 4; i += 64) {
      tile_b[i] = gradient_quad(k + i / (COLUMNS / 4), end, group.y * COLUMNS + i % (COLUMNS / 4) * 4);
    }
    workgroupBarrier();
    accumulate(&s, thread % 8, thread / 8);
#if ${COLUMN_SUMS}
    if (group.x == 0 && thread < COLUMNS / 4) {
      for (var i = 0u; i < DEPTH; i++) { total += tile_b[i * COLUMNS / 4 + thread]; }
    }
#endif
    workgroupBarrier();
  }
#if ${COLUMN_SUMS}
  let column4 = group.y * COLUMNS / 4 + thread;
  if (group.x == 0 && thread < COLUMNS / 4 && column4 < p.co / 4) { columnSums[split * p.co / 4 + column4] = total; }
#endif
  put_all(&s, group.x * ROWS, group.y * COLUMNS / 4, thread % 8, thread / 8);
}
