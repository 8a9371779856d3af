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

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let first = group.x * 2 * LANES + lane;
  let second = first + LANES;
  let column = min((group.y * LANES + lane) * VECTOR, p.n - VECTOR);
  var i = group.z * p.m * p.k + min(first, p.m - 1) * p.aRow;
  var j = group.z * p.m * p.k + min(second, p.m - 1) * p.aRow;
  var l = group.z * p.k * p.n + column * p.bColumn;
  var s = Sums();
  for (var k = 0u; k < p.k; k++) {
#if ${VECTOR4}
    accumulate(&s, a[i], a[j], vec4f(b[l], b[l + p.bColumn], b[l + 2 * p.bColumn], b[l + 3 * p.bColumn]));
#else
    accumulate(&s, a[i], a[j], vec2f(b[l], b[l + p.bColumn]));
#endif
    i += p.aColumn;
    j += p.aColumn;
    l += p.bRow;
  }
  let row = group.z * p.m;
  put_all(&s, select(NONE, row + first, first < p.m), select(NONE, row + second, second < p.m), lane, group.y);
}
