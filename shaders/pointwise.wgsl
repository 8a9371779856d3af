// The functions that elementwise ops call: one of each is a map op's value. `value` is vec4f or f32.
#if ${VEC4}
alias value = vec4f;
alias index = vec4u;
fn lanes(first: u32, step: u32) -> index { return vec4u(first) + vec4u(0u, 1u, 2u, 3u) * step; }
#else
alias value = f32;
alias index = u32;
fn lanes(first: u32, step: u32) -> index { return first; }
#endif

fn add(a: value, b: value) -> value { return a + b; }
fn sub(a: value, b: value) -> value { return a - b; }
fn mul(a: value, b: value) -> value { return a * b; }
fn div(a: value, b: value) -> value { return a / b; }
fn maximum(a: value, b: value) -> value { return max(a, b); }
fn minimum(a: value, b: value) -> value { return min(a, b); }
fn greater(a: value, b: value) -> value { return select(value(0), value(1), a > b); }
fn greater_equal(a: value, b: value) -> value { return select(value(0), value(1), a >= b); }
fn choose(c: value, a: value, b: value) -> value { return select(b, a, c != value(0)); }
fn negate(a: value) -> value { return -a; }
fn relu(a: value) -> value { return max(a, value(0)); }
fn leaky_relu(a: value, slope: f32) -> value { return select(a * slope, a, a > value(0)); }
fn leaky_relu_slope(a: value, slope: f32) -> value { return select(value(slope), value(1), a > value(0)); }
fn limit(a: value, low: f32, high: f32) -> value { return clamp(a, value(low), value(high)); }
fn absolute(a: value) -> value { return abs(a); }
fn sign_of(a: value) -> value { return sign(a); }
fn square(a: value) -> value { return a * a; }
fn exponential(a: value) -> value { return exp(a); }
fn logarithm(a: value) -> value { return log(a); }
fn square_root(a: value) -> value { return sqrt(a); }
fn inverse_root(a: value) -> value { return 1 / sqrt(a); }

// (1 − e⁻²ᵃ) / (1 + e⁻²ᵃ), on |a| so that nothing overflows; near 0 by its series, where the difference would cancel.
fn hyperbolic_tangent(a: value) -> value {
  let t = exp(-2 * abs(a));
  let far = sign(a) * (1 - t) / (1 + t);
  let s = a * a;
  let near = a * (1 + s * (-1.0 / 3 + s * (2.0 / 15 - s * (17.0 / 315))));
  return select(far, near, abs(a) < value(0.1));
}

fn sigmoid(a: value) -> value {
  let t = exp(-abs(a));
  return select(t, value(1), a >= value(0)) / (1 + t);
}

fn softplus(a: value) -> value { return max(a, value(0)) + log(1 + exp(-abs(a))); }
