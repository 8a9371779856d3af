// The weights of a convolution over a nearest ×2 image, folded to those of a transposed convolution over the image itself:
//   v[t,u,co,ci] = Σ_{a,b ∈ {0,1}} w[K−1 + a − t, K−1 + b − u, ci, co],  t, u = 0 … K
// over the taps that exist. The adjoint, dw from dv, is the same sum with the extents of the two exchanged.
struct Params { side: u32, rows: u32, columns: u32, sourceSide: u32, last: u32, count: u32 }  // last: K − 1
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> source: array<f32>;  // [sourceSide, sourceSide, columns, rows]
@group(0) @binding(2) var<storage, read_write> result: array<f32>;  // [side, side, rows, columns]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * 64 + lane;
  if (i >= p.count) { return; }
  let column = i % p.columns;
  let row = i / p.columns % p.rows;
  let tap = i / (p.columns * p.rows);
  let first = vec2u(p.last) - vec2u(tap / p.side, tap % p.side);  // wraps where it is −1
  var sum = 0.0;
  for (var corner = 0u; corner < 4; corner++) {
    let at = first + vec2u(corner / 2, corner % 2);
    if (all(at < vec2u(p.sourceSide))) {
      sum += source[((at.x * p.sourceSide + at.y) * p.columns + column) * p.rows + row];
    }
  }
  result[i] = sum;
}
