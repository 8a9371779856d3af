// Sums of fused elementwise chains over some axes: a thread sums every `splits`-th element of one output (four outputs
// with VEC4; four elements of one output with HORIZONTAL). Where splits > 1 a second pass adds the partial sums, so the
// order is fixed and a repeat is bit-identical.
@group(0) @binding(0) var<uniform> params: array<vec4u, ${WORDS}>;
${BINDINGS}
${QUOTIENT}
${FUNCTIONS}

fn finish(a: value) -> ${STORED} {
#if ${HORIZONTAL}
  return a.x + a.y + (a.z + a.w);
#else
  return a;
#endif
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let thread = (group.y * groups.x + group.x) * 64u + lane;
  let outputs = params[0].x;
  let count = params[0].y;
  let splits = params[0].z;
  if (thread >= outputs * splits) { return; }
  let out = thread % outputs;
${DECODE}
${START}
  for (var r = thread / outputs; r < count; r += splits) {
${DECODE_INNER}
${BODY}
  }
${STORE}
}
