// Adam (Kingma & Ba 2015) over a run of flat parameters, four at a time and some of those to a thread:
//   m ← β₁ m + (1 − β₁) g,  v ← β₂ v + (1 − β₂) g²,  θ ← θ − rate · m / (1 − β₁ᵗ) / (√(v / (1 − β₂ᵗ)) + ε)
// run[slot] holds the rate and the two corrections 1 / (1 − βᵗ) of this step.
struct Params { count: u32, slot: u32, beta1: f32, beta2: f32, eps: f32, threads: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> theta: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> gradient: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> m: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> v: array<vec4f>;
@group(0) @binding(15) var<uniform> run: array<vec4u, 16>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let thread = (group.y * groups.x + group.x) * 64u + lane;
  if (thread >= p.threads) { return; }
  let now = bitcast<vec4f>(run[p.slot]);
  for (var i = thread; i < p.count; i += p.threads) {
    let g = gradient[i];
    let mi = p.beta1 * m[i] + (1 - p.beta1) * g;
    let vi = p.beta2 * v[i] + (1 - p.beta2) * g * g;
    m[i] = mi;
    v[i] = vi;
    theta[i] -= now.x * (mi * now.y) / (sqrt(vi * now.z) + p.eps);
  }
}
