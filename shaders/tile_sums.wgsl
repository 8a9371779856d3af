// A product of matrices kept by a workgroup of 64 threads (GPUs): ROWS × COLUMNS sums over DEPTH factors at a time.
// tile_a holds a row's factors as vec4f along the depth, tile_b a factor's columns as vec4f (or, BY_COLUMN, a column's
// factors along the depth). A thread keeps 4 or 8 rows × 4 or 8 columns: rows ty + 8·i, columns 4·tx … + 3 and 32 more.
const ROWS = select(32u, 64u, ${ROWS64});
const COLUMNS = select(32u, 64u, ${COLUMNS64});
const DEPTH = 16u;
const PITCH = 5u;  // vec4f a row: four, and one so that rows lie in different banks
var<workgroup> tile_a: array<vec4f, ROWS * PITCH>;
#if ${BY_COLUMN}
var<workgroup> tile_b: array<vec4f, COLUMNS * PITCH>;
#else
var<workgroup> tile_b: array<vec4f, DEPTH * COLUMNS / 4>;
#endif

// Where a column's factors lie in tile_b, so that threads side by side read different banks.
fn slot(column: u32) -> u32 { return ((column & 3) * 8 + ((column >> 2) & 7) + (column & 32)) * PITCH; }

struct Sums {
  u0: vec4f, u1: vec4f, u2: vec4f, u3: vec4f,
#if ${ROWS64}
  u4: vec4f, u5: vec4f, u6: vec4f, u7: vec4f,
#endif
#if ${COLUMNS64}
  v0: vec4f, v1: vec4f, v2: vec4f, v3: vec4f,
#if ${ROWS64}
  v4: vec4f, v5: vec4f, v6: vec4f, v7: vec4f,
#endif
#endif
}

fn product(sum: vec4f, a: vec4f, b: mat4x4f) -> vec4f {
  return fma(vec4f(a.w), b[3], fma(vec4f(a.z), b[2], fma(vec4f(a.y), b[1], fma(vec4f(a.x), b[0], sum))));
}

// Four factors of the thread's columns from `column` on.
fn factors(column: u32, quad: u32) -> mat4x4f {
#if ${BY_COLUMN}
  let i = slot(column) + quad;
  let step = 8 * PITCH;
  return transpose(mat4x4f(tile_b[i], tile_b[i + step], tile_b[i + 2 * step], tile_b[i + 3 * step]));
#else
  let i = (quad * 4 * COLUMNS + column) / 4;
  let step = COLUMNS / 4;
  return mat4x4f(tile_b[i], tile_b[i + step], tile_b[i + 2 * step], tile_b[i + 3 * step]);
#endif
}

fn accumulate(s: ptr<function, Sums>, tx: u32, ty: u32) {
  for (var quad = 0u; quad < DEPTH / 4; quad++) {
    let a = ty * PITCH + quad;
    let step = 8 * PITCH;
    let b = factors(4 * tx, quad);
#if ${COLUMNS64}
    let c = factors(4 * tx + 32, quad);
#endif
    let a0 = tile_a[a];
    (*s).u0 = product((*s).u0, a0, b);
#if ${COLUMNS64}
    (*s).v0 = product((*s).v0, a0, c);
#endif
    let a1 = tile_a[a + step];
    (*s).u1 = product((*s).u1, a1, b);
#if ${COLUMNS64}
    (*s).v1 = product((*s).v1, a1, c);
#endif
    let a2 = tile_a[a + 2 * step];
    (*s).u2 = product((*s).u2, a2, b);
#if ${COLUMNS64}
    (*s).v2 = product((*s).v2, a2, c);
#endif
    let a3 = tile_a[a + 3 * step];
    (*s).u3 = product((*s).u3, a3, b);
#if ${COLUMNS64}
    (*s).v3 = product((*s).v3, a3, c);
#endif
#if ${ROWS64}
    let a4 = tile_a[a + 4 * step];
    (*s).u4 = product((*s).u4, a4, b);
#if ${COLUMNS64}
    (*s).v4 = product((*s).v4, a4, c);
#endif
    let a5 = tile_a[a + 5 * step];
    (*s).u5 = product((*s).u5, a5, b);
#if ${COLUMNS64}
    (*s).v5 = product((*s).v5, a5, c);
#endif
    let a6 = tile_a[a + 6 * step];
    (*s).u6 = product((*s).u6, a6, b);
#if ${COLUMNS64}
    (*s).v6 = product((*s).v6, a6, c);
#endif
    let a7 = tile_a[a + 7 * step];
    (*s).u7 = product((*s).u7, a7, b);
#if ${COLUMNS64}
    (*s).v7 = product((*s).v7, a7, c);
#endif
#endif
  }
}

// Calls put(row, column / 4, value) for the thread's rows and columns, counted from the tile's first.
fn put_all(s: ptr<function, Sums>, row: u32, column4: u32, tx: u32, ty: u32) {
  put(row + ty, column4 + tx, (*s).u0);
#if ${COLUMNS64}
  put(row + ty, column4 + tx + 8, (*s).v0);
#endif
  put(row + ty + 8, column4 + tx, (*s).u1);
#if ${COLUMNS64}
  put(row + ty + 8, column4 + tx + 8, (*s).v1);
#endif
  put(row + ty + 16, column4 + tx, (*s).u2);
#if ${COLUMNS64}
  put(row + ty + 16, column4 + tx + 8, (*s).v2);
#endif
  put(row + ty + 24, column4 + tx, (*s).u3);
#if ${COLUMNS64}
  put(row + ty + 24, column4 + tx + 8, (*s).v3);
#endif
#if ${ROWS64}
  put(row + ty + 32, column4 + tx, (*s).u4);
#if ${COLUMNS64}
  put(row + ty + 32, column4 + tx + 8, (*s).v4);
#endif
  put(row + ty + 40, column4 + tx, (*s).u5);
#if ${COLUMNS64}
  put(row + ty + 40, column4 + tx + 8, (*s).v5);
#endif
  put(row + ty + 48, column4 + tx, (*s).u6);
#if ${COLUMNS64}
  put(row + ty + 48, column4 + tx + 8, (*s).v6);
#endif
  put(row + ty + 56, column4 + tx, (*s).u7);
#if ${COLUMNS64}
  put(row + ty + 56, column4 + tx + 8, (*s).v7);
#endif
#endif
}
