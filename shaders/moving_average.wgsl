// Exponential moving average of weights: target ← decay · target + (1 − decay) · source.
struct Params { count: u32, decay: f32, threads: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> mean: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> source: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let thread = (group.y * groups.x + group.x) * 64u + lane;
  if (thread >= p.threads) { return; }
  for (var i = thread; i < p.count; i += p.threads) { mean[i] = mix(source[i], mean[i], p.decay); }
}
