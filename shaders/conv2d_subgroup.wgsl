// Convolution and its input gradient on devices with subgroups of a known size (LANES, 4 or 8; CPU drivers).
//   forward         y[n,oy,ox,co]  = Σ_{ky,kx,ci} x[n, oy·SY − padTop + ky, ox·SX − padLeft + kx, ci] · w[ky,kx,ci,co]
//   INPUT_GRADIENT  dx[n,iy,ix,ci] = Σ_{ky,kx,co} dy[n, (iy + padTop − ky)/SY, (ix + padLeft − kx)/SX, co] · w[ky,kx,ci,co]
// A workgroup is one subgroup. It computes 2·LANES pixels × LANES·VECTOR channels: a lane holds VECTOR channels of all
// the pixels, and loads the source of two pixels, which the others get by broadcast. There a load costs as much as a
// dozen multiply-adds and a broadcast one or two. Border and stride are worked out once a lane, for its own pixels.
// The gradient's pixels of one phase, (iy + padTop) mod SY and (ix + padLeft) mod SX, use the same taps and make a
// workgroup; group.z counts phases and blocks of channels.
// DEPTH4: the channels that are summed over are a multiple of 4 and read as vec4f.
enable subgroups;

struct Params {
  n: u32, sourceH: u32, sourceW: u32, depth: u32,
  h: u32, w: u32, channels: u32, padTop: i32,
  padLeft: i32, pitch: u32,  // pitch: vec4f from one pixel of the result to the next
  weightStart: u32,          // first float of the weights
  kh: u32, kw: u32, sy: u32, sx: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
#if ${DEPTH4}
@group(0) @binding(1) var<storage, read_write> source: array<vec4f>;
#else
@group(0) @binding(1) var<storage, read_write> source: array<f32>;
#endif
#if ${INPUT_GRADIENT}
#if ${DEPTH4}
@group(0) @binding(2) var<storage, read_write> weight: array<vec4f>;
#else
@group(0) @binding(2) var<storage, read_write> weight: array<f32>;
#endif
#else
@group(0) @binding(2) var<storage, read_write> weight: array<Columns>;
#endif
@group(0) @binding(3) var<storage, read_write> result: array<vec4f>;


${EPILOGUE}

${SUMS}
// A lane's pixel: where its window starts in the source, and where its result goes (p.n·p.h·p.w when there is none).
struct Pixel { image: u32, y: i32, x: i32, out: u32 }

fn locate(index: u32, phase: vec2u) -> Pixel {
#if ${INPUT_GRADIENT}
  let extent = vec2u((p.w + p.sx - 1 - phase.x) / p.sx, (p.h + p.sy - 1 - phase.y) / p.sy);
  let present = index < extent.x * extent.y * p.n;
  let column = index % extent.x * p.sx + phase.x;
  let row = index / extent.x % extent.y * p.sy + phase.y;
  let n = index / (extent.x * extent.y);
  let y = (i32(row) + p.padTop) / i32(p.sy);
  let x = (i32(column) + p.padLeft) / i32(p.sx);
#else
  let column = index % p.w;
  let row = index / p.w % p.h;
  let n = index / (p.w * p.h);
  let present = n < p.n;
  let y = i32(row * p.sy) - p.padTop;
  let x = i32(column * p.sx) - p.padLeft;
#endif
  return Pixel(n * p.sourceH, y, x, select(p.n * p.h * p.w, (n * p.h + row) * p.w + column, present));
}

// The element of `source` where the window's row y, column x starts, and whether it lies in the image.
struct Cell { start: u32, inside: bool }

fn cell(pixel: Pixel, y: i32, x: i32) -> Cell {
  let row = u32(pixel.y + y);
  let column = u32(pixel.x + x);
  let inside = row < p.sourceH && column < p.sourceW;
  let start = ((pixel.image + row) * p.sourceW + column) * p.depth;
  return Cell(select(0, start, inside), inside);
}

fn put(pixel: u32, column: u32, value: vec4f) {
  if (pixel < p.n * p.h * p.w && column < p.pitch) {
    let element = pixel * p.pitch + column;
    result[element] = epilogue(value, element, column);
  }
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let blocks = (p.channels + LANES * VECTOR - 1) / (LANES * VECTOR);
  let block = group.z % blocks;
  let phase = vec2u(group.z / blocks % p.sx, group.z / blocks / p.sx);
  let first = (group.y * groups.x + group.x) * 2 * LANES + lane;
  let a = locate(first, phase);
  let b = locate(first + LANES, phase);
  let channel = (block * LANES + lane) * VECTOR;
  var s = Sums();
#if ${INPUT_GRADIENT}
  let o0 = min(channel, p.channels - 1) * p.depth;
  let o1 = min(channel + 1, p.channels - 1) * p.depth;
#if ${VECTOR4}
  let o2 = min(channel + 2, p.channels - 1) * p.depth;
  let o3 = min(channel + 3, p.channels - 1) * p.depth;
#endif
  let tap = vec2u((phase.x + u32(p.padLeft)) % p.sx, (phase.y + u32(p.padTop)) % p.sy);
  for (var ky = tap.y; ky < p.kh; ky += p.sy) {
    for (var kx = tap.x; kx < p.kw; kx += p.sx) {
      let ca = cell(a, -i32(ky / p.sy), -i32(kx / p.sx));
      let cb = cell(b, -i32(ky / p.sy), -i32(kx / p.sx));
      let start = p.weightStart + (ky * p.kw + kx) * p.channels * p.depth;
#else
  let last = p.channels / VECTOR;
  let o = min(channel / VECTOR, last - 1);
  for (var ky = 0u; ky < p.kh; ky++) {
    for (var kx = 0u; kx < p.kw; kx++) {
      let ca = cell(a, i32(ky), i32(kx));
      let cb = cell(b, i32(ky), i32(kx));
      let start = (ky * p.kw + kx) * p.depth;
#endif
#if ${DEPTH4}
      for (var k = 0u; k < p.depth; k += 4) {
#if ${INPUT_GRADIENT}
        let r0 = weight[(start + o0 + k) / 4];
        let r1 = weight[(start + o1 + k) / 4];
#if ${VECTOR4}
        let r2 = weight[(start + o2 + k) / 4];
        let r3 = weight[(start + o3 + k) / 4];
        let w0 = vec4f(r0.x, r1.x, r2.x, r3.x);
        let w1 = vec4f(r0.y, r1.y, r2.y, r3.y);
        let w2 = vec4f(r0.z, r1.z, r2.z, r3.z);
        let w3 = vec4f(r0.w, r1.w, r2.w, r3.w);
#else
        let w0 = vec2f(r0.x, r1.x);
        let w1 = vec2f(r0.y, r1.y);
        let w2 = vec2f(r0.z, r1.z);
        let w3 = vec2f(r0.w, r1.w);
#endif
#else
        let r = (start + k) * last + o;
        let w0 = weight[r];
        let w1 = weight[r + last];
        let w2 = weight[r + 2 * last];
        let w3 = weight[r + 3 * last];
#endif
        let sa = select(vec4f(), source[(ca.start + k) / 4], ca.inside);
        let sb = select(vec4f(), source[(cb.start + k) / 4], cb.inside);
        accumulate4(&s, sa, sb, Columns4(w0, w1, w2, w3));
      }
#else
      for (var k = 0u; k < p.depth; k++) {
#if ${INPUT_GRADIENT}
#if ${VECTOR4}
        let w0 = vec4f(weight[start + o0 + k], weight[start + o1 + k], weight[start + o2 + k], weight[start + o3 + k]);
#else
        let w0 = vec2f(weight[start + o0 + k], weight[start + o1 + k]);
#endif
#else
        let w0 = weight[(start + k) * last + o];
#endif
        accumulate(&s, select(0, source[ca.start + k], ca.inside), select(0, source[cb.start + k], cb.inside), w0);
      }
#endif
    }
  }
  put_all(&s, a.out, b.out, lane, block);
}
