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

// The columns of four factors.
struct Columns4 { x: Columns, y: Columns, z: Columns, w: Columns }

fn products(sum: Columns, row: vec4f, c: Columns4) -> Columns {
  return fma(Columns(row.w), c.w, fma(Columns(row.z), c.z, fma(Columns(row.y), c.y, fma(Columns(row.x), c.x, sum))));
}

// Four outer products at once: a row after the other, so that its sums and the columns stay in registers.
fn accumulate4(s: ptr<function, Sums>, a: vec4f, b: vec4f, c: Columns4) {
  (*s).a0 = products((*s).a0, subgroupBroadcast(a, 0), c);
  (*s).a1 = products((*s).a1, subgroupBroadcast(a, 1), c);
  (*s).a2 = products((*s).a2, subgroupBroadcast(a, 2), c);
  (*s).a3 = products((*s).a3, subgroupBroadcast(a, 3), c);
#if ${EIGHT_LANES}
  (*s).a4 = products((*s).a4, subgroupBroadcast(a, 4), c);
  (*s).a5 = products((*s).a5, subgroupBroadcast(a, 5), c);
  (*s).a6 = products((*s).a6, subgroupBroadcast(a, 6), c);
  (*s).a7 = products((*s).a7, subgroupBroadcast(a, 7), c);
#endif
  (*s).b0 = products((*s).b0, subgroupBroadcast(b, 0), c);
  (*s).b1 = products((*s).b1, subgroupBroadcast(b, 1), c);
  (*s).b2 = products((*s).b2, subgroupBroadcast(b, 2), c);
  (*s).b3 = products((*s).b3, subgroupBroadcast(b, 3), c);
#if ${EIGHT_LANES}
  (*s).b4 = products((*s).b4, subgroupBroadcast(b, 4), c);
  (*s).b5 = products((*s).b5, subgroupBroadcast(b, 5), c);
  (*s).b6 = products((*s).b6, subgroupBroadcast(b, 6), c);
  (*s).b7 = products((*s).b7, subgroupBroadcast(b, 7), c);
#endif
}

// The sums and their rows' numbers on their way out, so that the text of put() is compiled but once.
var<workgroup> sums: array<Columns, 2 * LANES * LANES>;
var<workgroup> rows: array<u32, 2 * LANES>;

// Calls put(row, column / 4, value) for all sums. The lanes hold the rows' numbers in a and b.
fn put_all(s: ptr<function, Sums>, a: u32, b: u32, lane: u32, block: u32) {
  rows[lane] = a;
  rows[LANES + lane] = b;
  sums[lane] = (*s).a0;
  sums[1 * LANES + lane] = (*s).a1;
  sums[2 * LANES + lane] = (*s).a2;
  sums[3 * LANES + lane] = (*s).a3;
#if ${EIGHT_LANES}
  sums[4 * LANES + lane] = (*s).a4;
  sums[5 * LANES + lane] = (*s).a5;
  sums[6 * LANES + lane] = (*s).a6;
  sums[7 * LANES + lane] = (*s).a7;
#endif
  sums[LANES * LANES + lane] = (*s).b0;
  sums[LANES * LANES + 1 * LANES + lane] = (*s).b1;
  sums[LANES * LANES + 2 * LANES + lane] = (*s).b2;
  sums[LANES * LANES + 3 * LANES + lane] = (*s).b3;
#if ${EIGHT_LANES}
  sums[LANES * LANES + 4 * LANES + lane] = (*s).b4;
  sums[LANES * LANES + 5 * LANES + lane] = (*s).b5;
  sums[LANES * LANES + 6 * LANES + lane] = (*s).b6;
  sums[LANES * LANES + 7 * LANES + lane] = (*s).b7;
#endif
  workgroupBarrier();
  const width = LANES * VECTOR / 4;
  for (var i = lane; i < 2 * LANES * width; i += LANES) {
#if ${VECTOR4}
    let value = sums[i];
#else
    let value = vec4f(sums[2 * i], sums[2 * i + 1]);
#endif
    put(rows[i / width], block * width + i % width, value);
  }
}
