// Counter-based random numbers: pcg3d (Jarzynski & Olano 2020) of (element, stream, seed mixed with step).
// src/runtime/random.ts computes the same stream.
fn pcg3d(start: vec3u) -> vec3u {
  var v = start * 1664525u + 1013904223u;
  v.x += v.y * v.z;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v ^= v >> vec3u(16u);
  v.x += v.y * v.z;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  return v;
}

fn random_words(element: u32, stream: u32) -> vec2u {
  let key = pcg3d(vec3u(run[0].x, run[0].y, stream));
  return pcg3d(vec3u(element ^ key.x, key.y, key.z)).xy;
}

// 24 random bits over 2²⁴: in [0, 1).
fn uniform_of(word: u32) -> f32 { return f32(word >> 8u) * 0x1p-24; }

fn uniform_at(element: u32, stream: u32) -> f32 { return uniform_of(random_words(element, stream).x); }

// Box–Muller; the first uniform is taken from (0, 1].
fn normal_at(element: u32, stream: u32) -> f32 {
  let words = random_words(element, stream);
  return sqrt(-2 * log(1 - uniform_of(words.x))) * cos(6.283185307179586 * uniform_of(words.y));
}

#if ${VEC4}
fn random_uniform(e: vec4u, stream: u32) -> vec4f {
  return vec4f(uniform_at(e.x, stream), uniform_at(e.y, stream), uniform_at(e.z, stream), uniform_at(e.w, stream));
}
fn random_normal(e: vec4u, stream: u32) -> vec4f {
  return vec4f(normal_at(e.x, stream), normal_at(e.y, stream), normal_at(e.z, stream), normal_at(e.w, stream));
}
#else
fn random_uniform(e: u32, stream: u32) -> f32 { return uniform_at(e, stream); }
fn random_normal(e: u32, stream: u32) -> f32 { return normal_at(e, stream); }
#endif
