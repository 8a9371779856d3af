// y[n, t] = 1 where index[n] = t, else 0.
struct Params { n: u32, tasks: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> index: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= p.n * p.tasks) { return; }
  let wanted = u32(round(index[id.x / p.tasks]));
  y[id.x] = select(0.0, 1.0, wanted == id.x % p.tasks);
}
