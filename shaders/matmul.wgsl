// Batched matrix product: c[b,m,n] = Σ_k a[b,m,k] · b[b,k,n], a or b stored transposed on request.
// A thread keeps 4 rows × 4 columns. Strides are in floats and cover the four layouts.
struct Params {
  batch: u32, m: u32, n: u32, k: u32,
  aRow: u32, aColumn: u32, bRow: u32, bColumn: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> a: array<f32>;
@group(0) @binding(2) var<storage, read_write> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;

fn store(row: u32, column: u32, value: vec4f) {
  let left = p.n - column;
  let i = row * p.n + column;
  c[i] = value.x;
  if (left > 1) { c[i + 1] = value.y; }
  if (left > 2) { c[i + 2] = value.z; }
  if (left > 3) { c[i + 3] = value.w; }
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let thread = (group.y * groups.x + group.x) * 64 + lane;
  let columns = (p.n + 3) / 4;
  let rows = (p.m + 3) / 4;
  let column = thread % columns * 4;
  let row = thread / columns % rows * 4;
  let batch = thread / (columns * rows);
  if (batch >= p.batch) { return; }
  let lastRow = p.m - 1 - row;
  let lastColumn = p.n - 1 - column;
  let a0 = batch * p.m * p.k + row * p.aRow;
  let a1 = a0 + min(1, lastRow) * p.aRow; let a2 = a0 + min(2, lastRow) * p.aRow; let a3 = a0 + min(3, lastRow) * p.aRow;
  let b0 = batch * p.k * p.n + column * p.bColumn;
  let b1 = b0 + min(1, lastColumn) * p.bColumn; let b2 = b0 + min(2, lastColumn) * p.bColumn; let b3 = b0 + min(3, lastColumn) * p.bColumn;

  var c0 = vec4f(); var c1 = vec4f(); var c2 = vec4f(); var c3 = vec4f();
  for (var k = 0u; k < p.k; k++) {
    let i = k * p.aColumn;
    let j = k * p.bRow;
    let bs = vec4f(b[b0 + j], b[b1 + j], b[b2 + j], b[b3 + j]);
    c0 = fma(vec4f(a[a0 + i]), bs, c0);
    c1 = fma(vec4f(a[a1 + i]), bs, c1);
    c2 = fma(vec4f(a[a2 + i]), bs, c2);
    c3 = fma(vec4f(a[a3 + i]), bs, c3);
  }
  let out = batch * p.m + row;
  store(out, column, c0);
  if (lastRow >= 1) { store(out + 1, column, c1); }
  if (lastRow >= 2) { store(out + 2, column, c2); }
  if (lastRow >= 3) { store(out + 3, column, c3); }
}
