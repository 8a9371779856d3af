// Second pass of a convolution, or input gradient, with few result channels C (1 to 3). The first pass made of every
// source pixel one product per tap and result channel, t[n,sy,sx][tap·C + c] = Σ_k source[n,sy,sx,k] · w[tap,c,k]; then
//   forward (C = 1)  y[n,oy,ox]    = Σ_{ky,kx} t[n, oy − padTop + ky, ox − padLeft + kx][tap]
//   INPUT_GRADIENT   dx[n,iy,ix,c] = Σ_{ky,kx} t[n, (iy + padTop − ky)/SY, (ix + padLeft − kx)/SX][tap·C + c]
// over the kernel's lines firstLine … endLine; all but the first part of the lines add to what is there. Of t there are
// tRows rows an image, from row tStart; of the result rows firstRow … endRow are computed.
struct Params {
  n: u32, sourceH: u32, sourceW: u32, pitch: u32,  // pitch: floats from one pixel of t to the next
  h: u32, w: u32, channels: u32, padTop: i32,
  padLeft: i32, firstLine: u32, endLine: u32, tRows: u32,
  tStart: u32, firstRow: u32, endRow: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> t: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<f32>;

override KW = 3u;
override SY = 1u;
override SX = 1u;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let thread = (group.y * groups.x + group.x) * 64 + lane;
  let c = thread % p.channels;
  let column = i32(thread / p.channels % p.w);
  let rows = p.endRow - p.firstRow;
  let row = i32(p.firstRow + thread / (p.channels * p.w) % rows);
  let n = thread / (p.channels * p.w * rows);
  if (n >= p.n) { return; }
  let i = ((n * p.h + u32(row)) * p.w + u32(column)) * p.channels + c;
  var sum = 0.0;
  if (p.firstLine > 0) { sum = result[i]; }
  for (var ky = p.firstLine; ky < p.endLine; ky++) {
    for (var kx = 0u; kx < KW; kx++) {
#if ${INPUT_GRADIENT}
      let y = row + p.padTop - i32(ky);
      let x = column + p.padLeft - i32(kx);
      let sy = u32(y / i32(SY));
      let sx = u32(x / i32(SX));
      let inside = y >= 0 && x >= 0 && sy < p.sourceH && sx < p.sourceW && u32(y) % SY == 0 && u32(x) % SX == 0;
#else
      let sy = u32(row - p.padTop + i32(ky));
      let sx = u32(column - p.padLeft + i32(kx));
      let inside = sy < p.sourceH && sx < p.sourceW;
#endif
      let tap = (ky - p.firstLine) * KW + kx;
      let product = t[((n * p.tRows + sy - p.tStart) * p.sourceW + sx) * p.pitch + tap * p.channels + c];
      sum += select(0, product, inside);
    }
  }
  result[i] = sum;
}
