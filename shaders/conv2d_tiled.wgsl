// Convolution and its input gradient on GPUs: a product of matrices, pixels × (taps · depth) times (taps · depth) ×
// channels, in tiles that go through workgroup memory; the left matrix is gathered from the image as it is loaded.
//   forward         y[n,oy,ox,co]  = Σ_{ky,kx,ci} x[n, oy·SY − padTop + ky, ox·SX − padLeft + kx, ci] · w[ky,kx,ci,co]
//   INPUT_GRADIENT  dx[n,iy,ix,ci] = Σ_{ky,kx,co} dy[n, (iy + padTop − ky)/SY, (ix + padLeft − kx)/SX, co] · w[ky,kx,ci,co]
// The gradient's pixels of one phase, (iy + padTop) mod SY and (ix + padLeft) mod SX, use the same taps; group.z counts
// phases and blocks of channels. DEPTH4: the channels summed over fill vec4f, as those of the result always do.
struct Params {
  n: u32, sourceH: u32, sourceW: u32, depth: u32,
  h: u32, w: u32, channels: u32, padTop: i32,
  padLeft: i32,
}
@group(0) @binding(0) var<uniform> p: Params;
#if ${DEPTH4}
@group(0) @binding(1) var<storage, read_write> source: array<vec4f>;
#else
@group(0) @binding(1) var<storage, read_write> source: array<f32>;
#endif
#if ${WEIGHTS4}
@group(0) @binding(2) var<storage, read_write> weight: array<vec4f>;
#else
@group(0) @binding(2) var<storage, read_write> weight: array<f32>;
#endif
@group(0) @binding(3) var<storage, read_write> result: array<vec4f>;

override KH = 3u;
override KW = 3u;
override SY = 1u;
override SX = 1u;

${EPILOGUE}

${TILE}

// What is the same for the whole workgroup: its phase, the first tap of that phase and how many there are.
struct Taps { phase: vec2u, first: vec2u, count: vec2u }

fn taps(phase: vec2u) -> Taps {
#if ${INPUT_GRADIENT}
  let first = (phase + vec2u(u32(p.padLeft), u32(p.padTop))) % vec2u(SX, SY);
  return Taps(phase, first, (vec2u(KW, KH) - min(first, vec2u(KW, KH)) + vec2u(SX, SY) - 1) / vec2u(SX, SY));
#else
  return Taps(phase, vec2u(), vec2u(KW, KH));
#endif
}

// The k-th factor: its tap within the phase, its channel, and the tap's number in the kernel.
struct Factor { tap: vec2u, channel: u32, number: u32 }

fn factor(k: u32, t: Taps) -> Factor {
  let tap = k / p.depth;
  let at = vec2u(tap % t.count.x, tap / t.count.x);
#if ${INPUT_GRADIENT}
  return Factor(at, k % p.depth, (t.first.y + at.y * SY) * KW + t.first.x + at.x * SX);
#else
  return Factor(at, k % p.depth, tap);
#endif
}

// A pixel: where its window starts in the source, and where its result goes (NONE when there is no such pixel).
struct Pixel { image: u32, y: i32, x: i32, out: u32 }
const NONE = 0xffffffffu;

fn locate(index: u32, phase: vec2u) -> Pixel {
#if ${INPUT_GRADIENT}
  let extent = vec2u((p.w + SX - 1 - phase.x) / SX, (p.h + SY - 1 - phase.y) / SY);
  let present = index < extent.x * extent.y * p.n;
  let column = index % extent.x * SX + phase.x;
  let row = index / extent.x % extent.y * SY + phase.y;
  let n = index / (extent.x * extent.y);
  let y = (i32(row) + p.padTop) / i32(SY);
  let x = (i32(column) + p.padLeft) / i32(SX);
#else
  let present = index < p.n * p.h * p.w;
  let column = index % p.w;
  let row = index / p.w % p.h;
  let n = index / (p.w * p.h);
  let y = i32(row * SY) - p.padTop;
  let x = i32(column * SX) - p.padLeft;
#endif
  return Pixel(n * p.sourceH, y, x, select(NONE, (n * p.h + row) * p.w + column, present));
}

// The element of `source` behind a pixel's factor, NONE outside the image.
fn element(pixel: Pixel, f: Factor, inside: bool) -> u32 {
#if ${INPUT_GRADIENT}
  let y = u32(pixel.y - i32(f.tap.y));
  let x = u32(pixel.x - i32(f.tap.x));
#else
  let y = u32(pixel.y + i32(f.tap.y));
  let x = u32(pixel.x + i32(f.tap.x));
#endif
  let e = ((pixel.image + y) * p.sourceW + x) * p.depth + f.channel;
  return select(NONE, e, inside && pixel.out != NONE && y < p.sourceH && x < p.sourceW);
}

// Four factors from k on, of a pixel; zeros past the last.
fn row_quad(pixel: Pixel, k: u32, end: u32, t: Taps) -> vec4f {
#if ${DEPTH4}
  let e = element(pixel, factor(k, t), k < end);
  return select(vec4f(), source[select(0, e / 4, e != NONE)], e != NONE);
#else
  var quad = vec4f();
  for (var j = 0u; j < 4; j++) {
    let e = element(pixel, factor(k + j, t), k + j < end);
    quad[j] = select(0, source[select(0, e, e != NONE)], e != NONE);
  }
  return quad;
#endif
}

#if ${INPUT_GRADIENT}
// Four factors from k on, of a channel.
fn column_quad(channel: u32, k: u32, end: u32, t: Taps) -> vec4f {
#if ${DEPTH4}
  let f = factor(k, t);
  let inside = k < end && channel < p.channels;
  return select(vec4f(), weight[select(0, ((f.number * p.channels + channel) * p.depth + f.channel) / 4, inside)], inside);
#else
  var quad = vec4f();
  for (var j = 0u; j < 4; j++) {
    let f = factor(k + j, t);
    let inside = k + j < end && channel < p.channels;
    quad[j] = select(0, weight[select(0, (f.number * p.channels + channel) * p.depth + f.channel, inside)], inside);
  }
  return quad;
#endif
}
#else
// Four channels of the k-th factor.
fn column_quad(channel: u32, k: u32, end: u32) -> vec4f {
  let i = k * p.channels + channel;
  let inside = k < end && channel < p.channels;
  return select(vec4f(), weight[select(0, i / 4, inside)], inside);
}
#endif

var<workgroup> outs: array<u32, ROWS>;

fn put(row: u32, column4: u32, value: vec4f) {
  let pixel = outs[row];
  if (pixel == NONE || column4 * 4 >= p.channels) { return; }
  let element = pixel * (p.channels / 4) + column4;
  result[element] = epilogue(value, element, column4);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let blocks = (p.channels + COLUMNS - 1) / COLUMNS;
  let block = group.z % blocks;
  let t = taps(vec2u(group.z / blocks % SX, group.z / blocks / SX));
  let pixel = locate((group.y * groups.x + group.x) * ROWS + thread % ROWS, t.phase);
  if (thread < ROWS) { outs[thread] = pixel.out; }
  let end = t.count.x * t.count.y * p.depth;
  var s = Sums();
  for (var k = 0u; k < end; k += DEPTH) {
    for (var i = 0u; i < ROWS / 16; i++) {
      let quad = thread / ROWS * (ROWS / 16) + i;
      tile_a[thread % ROWS * PITCH + quad] = row_quad(pixel, k + quad * 4, end, t);
    }
#if ${INPUT_GRADIENT}
    for (var i = 0u; i < COLUMNS / 16; i++) {
      let quad = thread / COLUMNS * (COLUMNS / 16) + i;
      let column = thread % COLUMNS;
      tile_b[slot(column) + quad] = column_quad(block * COLUMNS + column, k + quad * 4, end, t);
    }
#else
    for (var i = thread; i < DEPTH * COLUMNS / 4; i += 64) {
      tile_b[i] = column_quad(block * COLUMNS + i % (COLUMNS / 4) * 4, k + i / (COLUMNS / 4), end);
    }
#endif
    workgroupBarrier();
    accumulate(&s, thread % 8, thread / 8);
    workgroupBarrier();
  }
  workgroupBarrier();
  put_all(&s, 0, block * COLUMNS / 4, thread % 8, thread / 8);
}
