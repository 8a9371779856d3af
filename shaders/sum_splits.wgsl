// Second pass of a reduction that was split: out[i] = Σ_s partials[s][i], s in ascending order; TWO: of two reductions.
struct Params { splits: u32, size: u32, second: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> partials: array<f32>;
#if ${TWO}
@group(0) @binding(2) var<storage, read_write> partials2: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;
@group(0) @binding(4) var<storage, read_write> out2: array<f32>;
#else
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
#endif

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * 64 + lane;
  var sum = 0.0;
  if (i < p.size) {
    for (var s = 0u; s < p.splits; s++) { sum += partials[s * p.size + i]; }
    out[i] = sum;
  }
#if ${TWO}
  let j = i - p.size;
  if (i >= p.size && j < p.second) {
    for (var s = 0u; s < p.splits; s++) { sum += partials2[s * p.second + j]; }
    out2[j] = sum;
  }
#endif
}
