// a / b for a and b below 2³¹, given 1 / b: drivers divide integers by some thirty instructions, CPU drivers lane by lane.
// The first guess is right to 2⁻²² of itself, the second to one; a and b may be anything a tensor's elements count up to.
fn quotient(a: u32, b: u32, inverse: f32) -> u32 {
  let first = i32(f32(i32(a)) * inverse);
  let second = first + i32(floor(f32(i32(a) - first * i32(b)) * inverse));
  let left = i32(a) - second * i32(b);
  return u32(second + select(0, 1, left >= i32(b)) - select(0, 1, left < 0));
}
