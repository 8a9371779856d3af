// Convolution of one channel on devices with subgroups of a known size (LANES, 4 or 8; CPU drivers).
//   y[n,oy,ox,co] = Σ_{ky,kx} x[n, oy·SY − padTop + ky, ox·SX − padLeft + kx] · w[ky,kx,co]
// A workgroup is one subgroup and keeps PIXELS pixels of a row × BLOCKS·LANES channels in registers, a lane one of each
// block. It goes line by line of the kernel: lanes beside each other load pixels beside each other, which all get by
// broadcast, and weights beside each other. conv2d_lines.ts writes ZEROS, LINE and STORES, since drivers keep a loop:
// sums s<pixel>_<block>, a multiply-add for each of them and each tap of a line, and where they go.
enable subgroups;

struct Params {
  n: u32, h: u32, w: u32, oh: u32,
  ow: u32, co: u32, padTop: i32, padLeft: i32,
  kh: u32, sy: u32,
  firstWeight: u32, nextWeight: u32,  // from one tap to the next; the input gradient goes through them backwards
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> weight: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;

const LANES = ${LANES}u;
const PIXELS = ${PIXELS}u;
const BLOCKS = ${BLOCKS}u;
const KW = ${KW}u;
const SX = ${SX}u;

${EPILOGUE}

// x at a place of a line, 0 outside the image.
fn pixel(line: u32, column: i32) -> f32 {
  return select(0, x[line + u32(column)], u32(column) < p.w);
}

// The sums on their way out, so that the epilogue finds four channels of a pixel.
var<workgroup> sums: array<f32, PIXELS * BLOCKS * LANES>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let index = group.y * groups.x + group.x;
  let across = (p.ow + PIXELS - 1) / PIXELS;
  let row = index / across;
  if (row >= p.n * p.oh) { return; }
  let ox = index % across * PIXELS;
  let top = i32(row % p.oh * p.sy) - p.padTop;
  let left = i32(ox * SX + lane) - p.padLeft;
  let firstWeight = p.firstWeight + group.z * BLOCKS * LANES + lane;
  ${ZEROS}
  for (var ky = 0u; ky < p.kh; ky++) {
    let iy = u32(top + i32(ky));
    if (iy >= p.h) { continue; }
    let line = (row / p.oh * p.h + iy) * p.w;
    var e = firstWeight + ky * KW * p.nextWeight;
    ${LINE}
  }
  ${STORES}
  workgroupBarrier();
  const width = BLOCKS * LANES / 4;
  for (var i = lane; i < PIXELS * width; i += LANES) {
    let column = group.z * width + i % width;
    if (ox + i / width < p.ow && column < p.co / 4) {
      let element = (row * p.ow + ox + i / width) * (p.co / 4) + column;
      y[element] = epilogue(vec4f(sums[4 * i], sums[4 * i + 1], sums[4 * i + 2], sums[4 * i + 3]), element, column);
    }
  }
}
