// Batched matrix product on devices with subgroups of a known size (CPU drivers; see conv2d_subgroup.wgsl):
//   c[b,m,n] = Σ_k a[b,m,k] · b[b,k,n], a or b stored transposed on request; strides are in floats and cover the layouts.
// A workgroup is one subgroup and keeps 2·LANES rows × LANES·VECTOR columns; n is a multiple of 4.
enable subgroups;

struct Params {
  batch: u32, m: u32, n: u32, k: u32,
  aRow: u32, aColumn: u32, bRow: u32, bColumn: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> a: array<f32>;
@group(0) @binding(2) var<storage, read_write> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> c: array<vec4f>;

${SUMS}

const NONE = 0xffffffffu;

fn put(row: u32, column: u32, value: vec4f) {
  if (row != NONE && column < p.n / 4) { c[row * (p.n / 4) + column] = value; }
}

// Four factors of a row that starts at `start`, from k on; zeros past the last.
fn row_factors(start: u32, k: u32) -> vec4f {
  let i = start + k * p.aColumn;
  let four = vec4f(a[i], a[i + p.aColumn], a[i + 2 * p.aColumn], a[i + 3 * p.aColumn]);
  return select(vec4f(), four, vec4u(k, k + 1, k + 2, k + 3) < vec4u(p.k));
}

// The lane's columns of one factor.
fn factor(i: u32) -> Columns {
#if ${VECTOR4}
  return vec4f(b[i], b[i + p.bColumn], b[i + 2 * p.bColumn], b[i + 3 * p.bColumn]);
#else
  return vec2f(b[i], b[i + p.bColumn]);
#endif
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let first = group.x * 2 * LANES + lane;
  let second = first + LANES;
  let column = min((group.y * LANES + lane) * VECTOR, p.n - VECTOR);
  let i = group.z * p.m * p.k + min(first, p.m - 1) * p.aRow;
  let j = group.z * p.m * p.k + min(second, p.m - 1) * p.aRow;
  let l = group.z * p.k * p.n + column * p.bColumn;
  var s = Sums();
  for (var k = 0u; k < p.k; k += 4) {
    let f = l + k * p.bRow;
    let columns = Columns4(factor(f), factor(f + p.bRow), factor(f + 2 * p.bRow), factor(f + 3 * p.bRow));
    accumulate4(&s, row_factors(i, k), row_factors(j, k), columns);
  }
  let row = group.z * p.m;
  put_all(&s, select(NONE, row + first, first < p.m), select(NONE, row + second, second < p.m), lane, group.y);
}
