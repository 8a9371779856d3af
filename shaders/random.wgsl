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

// WGSL bounds the error of log near 1, and of cos beyond ±π, only loosely: series hold where they would show.
// −ln(1 − u)
fn exponential_of(u: f32) -> f32 {
  let near = u * (1 + u * (1.0 / 2 + u * (1.0 / 3 + u * (1.0 / 4 + u * (1.0 / 5 + u * (1.0 / 6 + u * (1.0 / 7)))))));
  return select(-log(1 - u), near, u < 0.1);
}

// cos 2πv for v in [0, 1): the sine of an angle within ±π/2.
fn cosine_of(v: f32) -> f32 {
  let a = 6.283185307179586 * (abs(v - 0.5) - 0.25);
  let s = a * a;
  return a * (1 - s * (1.0 / 6 - s * (1.0 / 120 - s * (1.0 / 5040 - s * (1.0 / 362880 - s * (1.0 / 39916800))))));
}

// Box–Muller; the first uniform is taken from (0, 1].
fn normal_at(element: u32, stream: u32) -> f32 {
  let words = random_words(element, stream);
  return sqrt(2 * exponential_of(uniform_of(words.x))) * cosine_of(uniform_of(words.y));
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
