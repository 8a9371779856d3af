// A fused chain of elementwise ops: a thread computes one element (four with VEC4) of every output.
// BINDINGS, DECODE and BODY are lines of declarations and calls that src/runtime/emit.ts writes; the functions they call
// are those of pointwise.wgsl and random.wgsl.
@group(0) @binding(0) var<uniform> params: array<vec4u, ${WORDS}>;
${BINDINGS}
${QUOTIENT}
${FUNCTIONS}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let thread = (group.y * groups.x + group.x) * 64u + lane;
  if (thread >= params[0].x) { return; }
${DECODE}
${BODY}
}
