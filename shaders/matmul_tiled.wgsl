// Batched matrix product on GPUs, in tiles that go through workgroup memory, and in splits of k that sum_splits.wgsl adds:
//   partials[split][b,m,n] = Σ_k a[b,m,k] · b[b,k,n], a or b stored transposed on request; strides are in floats.
struct Params {
  batch: u32, m: u32, n: u32, k: u32,
  aRow: u32, aColumn: u32, bRow: u32, bColumn: u32,
  perSplit: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> a: array<f32>;
@group(0) @binding(2) var<storage, read_write> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> partials: array<f32>;

${TILE}

fn a_at(batch: u32, row: u32, k: u32, end: u32) -> f32 {
  let inside = row < p.m && k < end;
  return select(0, a[select(0, batch * p.m * p.k + row * p.aRow + k * p.aColumn, inside)], inside);
}

fn b_at(batch: u32, k: u32, end: u32, column: u32) -> f32 {
  let inside = column < p.n && k < end;
  return select(0, b[select(0, batch * p.k * p.n + k * p.bRow + column * p.bColumn, inside)], inside);
}

var<private> matrix: u32;

fn put(row: u32, column4: u32, value: vec4f) {
  if (row >= p.m) { return; }
  let column = column4 * 4;
  for (var j = 0u; j < 4 && column + j < p.n; j++) { partials[(matrix * p.m + row) * p.n + column + j] = value[j]; }
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  matrix = group.z;
  let batch = group.z % p.batch;
  let start = group.z / p.batch * p.perSplit;
  let end = min(p.k, start + p.perSplit);
  var s = Sums();
  for (var k = start; k < end; k += DEPTH) {
    for (var i = 0u; i < ROWS / 16; i++) {
      let quad = thread / ROWS * (ROWS / 16) + i;
      let row = group.x * ROWS + thread % ROWS;
      let first = k + quad * 4;
      tile_a[thread % ROWS * PITCH + quad] = vec4f(
        a_at(batch, row, first, end), a_at(batch, row, first + 1, end),
        a_at(batch, row, first + 2, end), a_at(batch, row, first + 3, end));
    }
    for (var i = thread; i < DEPTH * COLUMNS / 4; i += 64) {
      let column = group.y * COLUMNS + i % (COLUMNS / 4) * 4;
      let factor = k + i / (COLUMNS / 4);
      tile_b[i] = vec4f(
        b_at(batch, factor, end, column), b_at(batch, factor, end, column + 1),
        b_at(batch, factor, end, column + 2), b_at(batch, factor, end, column + 3));
    }
    workgroupBarrier();
    accumulate(&s, thread % 8, thread / 8);
    workgroupBarrier();
  }
  put_all(&s, group.x * ROWS, group.y * COLUMNS / 4, thread % 8, thread / 8);
}
