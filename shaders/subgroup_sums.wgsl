// An outer product kept by one subgroup: 2·LANES rows × LANES·VECTOR columns. A lane holds VECTOR columns of every row;
// of the rows' factors it holds two, a and b, which all lanes get by broadcast.
const LANES = ${LANES}u;
const VECTOR = ${VECTOR}u;
alias Columns = vec${VECTOR}f;

struct Sums {
  a0: Columns, a1: Columns, a2: Columns, a3: Columns,
  b0: Columns, b1: Columns, b2: Columns, b3: Columns,
#if ${EIGHT_LANES}
  a4: Columns, a5: Columns, a6: Columns, a7: Columns,
  b4: Columns, b5: Columns, b6: Columns, b7: Columns,
#endif
}

fn accumulate(s: ptr<function, Sums>, a: f32, b: f32, columns: Columns) {
  (*s).a0 = fma(Columns(subgroupBroadcast(a, 0)), columns, (*s).a0);
  (*s).a1 = fma(Columns(subgroupBroadcast(a, 1)), columns, (*s).a1);
  (*s).a2 = fma(Columns(subgroupBroadcast(a, 2)), columns, (*s).a2);
  (*s).a3 = fma(Columns(subgroupBroadcast(a, 3)), columns, (*s).a3);
#if ${EIGHT_LANES}
  (*s).a4 = fma(Columns(subgroupBroadcast(a, 4)), columns, (*s).a4);
  (*s).a5 = fma(Columns(subgroupBroadcast(a, 5)), columns, (*s).a5);
  (*s).a6 = fma(Columns(subgroupBroadcast(a, 6)), columns, (*s).a6);
  (*s).a7 = fma(Columns(subgroupBroadcast(a, 7)), columns, (*s).a7);
#endif
  (*s).b0 = fma(Columns(subgroupBroadcast(b, 0)), columns, (*s).b0);
  (*s).b1 = fma(Columns(subgroupBroadcast(b, 1)), columns, (*s).b1);
  (*s).b2 = fma(Columns(subgroupBroadcast(b, 2)), columns, (*s).b2);
  (*s).b3 = fma(Columns(subgroupBroadcast(b, 3)), columns, (*s).b3);
#if ${EIGHT_LANES}
  (*s).b4 = fma(Columns(subgroupBroadcast(b, 4)), columns, (*s).b4);
  (*s).b5 = fma(Columns(subgroupBroadcast(b, 5)), columns, (*s).b5);
  (*s).b6 = fma(Columns(subgroupBroadcast(b, 6)), columns, (*s).b6);
  (*s).b7 = fma(Columns(subgroupBroadcast(b, 7)), columns, (*s).b7);
#endif
}

// Columns as whole vec4f: which lane writes which of two rows, and what.
#if ${VECTOR4}
fn column4(lane: u32, block: u32) -> u32 { return block * LANES + lane; }

fn put2(first: u32, rows: u32, column: u32, lane: u32, u: vec4f, v: vec4f) {
  put(subgroupShuffle(rows, first), column, u);
  put(subgroupShuffle(rows, first + 1), column, v);
}
#else
fn column4(lane: u32, block: u32) -> u32 { return block * LANES / 2 + lane / 2; }

// Two lanes share a vec4f: the even one takes the first row's, the odd one the second's.
fn put2(first: u32, rows: u32, column: u32, lane: u32, u: vec2f, v: vec2f) {
  let odd = (lane & 1) == 1;
  let other = subgroupShuffleXor(select(v, u, odd), 1);
  put(subgroupShuffle(rows, first + (lane & 1)), column, select(vec4f(u, other), vec4f(other, v), odd));
}
#endif

// Calls put(row, column4, value) for all rows, whose numbers the lanes hold in a and b.
fn put_all(s: ptr<function, Sums>, a: u32, b: u32, lane: u32, block: u32) {
  let column = column4(lane, block);
  put2(0, a, column, lane, (*s).a0, (*s).a1);
  put2(2, a, column, lane, (*s).a2, (*s).a3);
#if ${EIGHT_LANES}
  put2(4, a, column, lane, (*s).a4, (*s).a5);
  put2(6, a, column, lane, (*s).a6, (*s).a7);
#endif
  put2(0, b, column, lane, (*s).b0, (*s).b1);
  put2(2, b, column, lane, (*s).b2, (*s).b3);
#if ${EIGHT_LANES}
  put2(4, b, column, lane, (*s).b4, (*s).b5);
  put2(6, b, column, lane, (*s).b6, (*s).b7);
#endif
}
