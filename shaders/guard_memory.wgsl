// The guard's yardstick of memory: z = max(x, 0) + y over 2¹⁹ vectors, a vector a thread. It never changes, since
// recorded ratios are against it.
const VECTORS = 524288u;
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> y: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> z: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < VECTORS) { z[id.x] = max(x[id.x], vec4f()) + y[id.x]; }
}
