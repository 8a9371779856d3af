// Gradient of a convolution by its weights on devices with subgroups of a known size (see conv2d_subgroup.wgsl).
//   dw[r, co] = Σ_{n,oy,ox} x[n, oy·SY − padTop + ky, ox·SX − padLeft + kx, ci] · dy[n,oy,ox,co],  r = (ky·KW + kx)·CI + ci
// A workgroup is one subgroup and keeps 2·LANES rows r × LANES·VECTOR channels co, summed over the output rows of one
// split into partials[split][r][co]; sum_splits.wgsl adds the splits in a fixed order.
// COLUMN_SUMS: the first block of rows also sums dy over the pixels, into columnSums[split][co].
// FLIP turns the taps around, for a convolution of one output channel: there x and dy change places.
enable subgroups;

struct Params {
  n: u32, h: u32, w: u32, ci: u32,
  oh: u32, ow: u32, co: u32, padTop: i32,
  padLeft: i32, rowsPerSplit: u32,
  kh: u32, kw: u32, sy: u32, sx: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> dy: array<Columns>;
@group(0) @binding(3) var<storage, read_write> partials: array<vec4f>;
#if ${COLUMN_SUMS}
@group(0) @binding(4) var<storage, read_write> columnSums: array<Columns>;
#endif

${SUMS}

fn put(row: u32, column: u32, value: vec4f) {
  if (row != NONE && column < p.co / 4) { partials[row * (p.co / 4) + column] = value; }
}
const NONE = 0xffffffffu;

// A lane's row r: where its tap lies from the output pixel's corner, its channel, and the row it is written to.
struct Row { y: i32, x: i32, ci: u32, out: u32 }

fn row(r: u32, split: u32) -> Row {
  let tap = r / p.ci;
  let rows = p.kh * p.kw * p.ci;
#if ${FLIP}
  let out = rows - 1 - r;
#else
  let out = r;
#endif
  return Row(i32(tap / p.kw) - p.padTop, i32(tap % p.kw) - p.padLeft, r % p.ci, select(NONE, split * rows + out, r < rows));
}

// The element of x for a row at output pixel (oy, 0), and whether that line of x exists.
struct Line { start: u32, inside: bool }

fn line(r: Row, n: u32, oy: u32) -> Line {
  let iy = u32(i32(oy * p.sy) + r.y);
  return Line(u32(i32((n * p.h + iy) * p.w) + r.x) * p.ci + r.ci, iy < p.h);
}

// x of a row at four output pixels from (oy, ox) on; zeros outside the image and past the line's last pixel.
fn factors(r: Row, l: Line, ox: u32) -> vec4f {
  let step = p.sx * p.ci;
  let e = l.start + ox * step;
  let ix = vec4u(vec4i((ox + vec4u(0, 1, 2, 3)) * p.sx) + r.x);
  let inside = vec4<bool>(l.inside) & (ix < vec4u(p.w)) & (ox + vec4u(0, 1, 2, 3) < vec4u(p.ow));
  return select(vec4f(), vec4f(x[e], x[e + step], x[e + 2 * step], x[e + 3 * step]), inside);
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let split = group.z;
  let a = row(group.x * 2 * LANES + lane, split);
  let b = row(group.x * 2 * LANES + LANES + lane, split);
  let width = p.co / VECTOR;
  let column = min(group.y * LANES + lane, width - 1);
  let end = min(p.n * p.oh, (split + 1) * p.rowsPerSplit);
  var s = Sums();
#if ${COLUMN_SUMS}
  var total = Columns();
#endif
  for (var oyn = split * p.rowsPerSplit; oyn < end; oyn++) {
    let la = line(a, oyn / p.oh, oyn % p.oh);
    let lb = line(b, oyn / p.oh, oyn % p.oh);
    let d = oyn * p.ow * width + column;
    for (var ox = 0u; ox < p.ow; ox += 4) {
      let i = d + ox * width;
      let columns = Columns4(dy[i], dy[i + width], dy[i + 2 * width], dy[i + 3 * width]);
      accumulate4(&s, factors(a, la, ox), factors(b, lb, ox), columns);
#if ${COLUMN_SUMS}
      if (group.x == 0) {
        total += columns.x;
        if (ox + 1 < p.ow) { total += columns.y; }
        if (ox + 2 < p.ow) { total += columns.z; }
        if (ox + 3 < p.ow) { total += columns.w; }
      }
#endif
    }
  }
#if ${COLUMN_SUMS}
  if (group.x == 0 && group.y * LANES + lane < width) { columnSums[split * width + column] = total; }
#endif
  put_all(&s, a.out, b.out, lane, group.y);
}
