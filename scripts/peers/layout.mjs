// Between our layout and that of engines with channels before rows.

/** [N, H, W, C] → [N, C, H, W]. */
export function channelsFirst(data, [n, h, w, c]) {
  const out = new Float32Array(data.length);
  let to = 0;
  for (let b = 0; b < n; b++)
    for (let k = 0; k < c; k++) for (let i = 0; i < h * w; i++) out[to++] = data[(b * h * w + i) * c + k];
  return out;
}

/** [N, C, H, W] → [N, H, W, C], given the latter's shape. */
export function channelsLast(data, [n, h, w, c]) {
  const out = new Float32Array(data.length);
  let from = 0;
  for (let b = 0; b < n; b++)
    for (let k = 0; k < c; k++) for (let i = 0; i < h * w; i++) out[(b * h * w + i) * c + k] = data[from++];
  return out;
}

/** [KH, KW, CI, CO] → [CO, CI, KH, KW]. */
export function outputsFirst(data, [kh, kw, ci, co]) {
  const out = new Float32Array(data.length);
  let to = 0;
  for (let o = 0; o < co; o++)
    for (let i = 0; i < ci; i++) for (let t = 0; t < kh * kw; t++) out[to++] = data[(t * ci + i) * co + o];
  return out;
}

/** [CO, CI, KH, KW] → [KH, KW, CI, CO], given the latter's shape. */
export function outputsLast(data, [kh, kw, ci, co]) {
  const out = new Float32Array(data.length);
  let from = 0;
  for (let o = 0; o < co; o++)
    for (let i = 0; i < ci; i++) for (let t = 0; t < kh * kw; t++) out[(t * ci + i) * co + o] = data[from++];
  return out;
}
