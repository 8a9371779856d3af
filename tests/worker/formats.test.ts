import { describe, expect, test } from 'vitest';
import { png, put, refusal, safetensors, safetensorsOf, tiff } from './edge';

async function expectUnsound(bytes: Uint8Array<ArrayBuffer>, what: string): Promise<void> {
  const { response } = await put(bytes);
  expect(await refusal(response)).toMatchObject({ status: 422, error: 'unsound-file', what });
}

async function facts(bytes: Uint8Array<ArrayBuffer>): Promise<unknown> {
  const { response } = await put(bytes);
  return (await response.json<{ facts: unknown }>()).facts;
}

const withLength = (length: bigint) => {
  const bytes = safetensors(2);
  new DataView(bytes.buffer).setBigUint64(0, length, true);
  return bytes;
};

describe('safetensors', () => {
  const one = (entry: object, data = 8) => safetensorsOf({ t: entry }, new Uint8Array(data));

  test('a header longer than the limit, or than the file', async () => {
    await expectUnsound(
      withLength(2n ** 40n),
      'As a safetensors file: the header claims 1099511627776 bytes; the limit is 1048576.',
    );
    await expectUnsound(withLength(5000n), 'As a safetensors file: the header claims 5000 bytes of 113.');
  });
  test('a file cut short', async () => {
    await expectUnsound(
      safetensors(100).slice(0, -4),
      'As a safetensors file: the tensors take 400 bytes and the file has 396 for them.',
    );
  });
  test('tensors that overlap, leave a hole, lie about their size', async () => {
    const entry = { dtype: 'F32', shape: [1], data_offsets: [0, 4] };
    await expectUnsound(
      safetensorsOf({ a: entry, b: entry }, new Uint8Array(8)),
      "As a safetensors file: tensor 'b' begins at 0, where 4 was due.",
    );
    await expectUnsound(
      one({ dtype: 'F32', shape: [1], data_offsets: [4, 8] }),
      "As a safetensors file: tensor 't' begins at 4, where 0 was due.",
    );
    await expectUnsound(
      one({ dtype: 'F32', shape: [3], data_offsets: [0, 8] }),
      "As a safetensors file: tensor 't' of shape [3] stands in 8 bytes.",
    );
    await expectUnsound(
      one({ dtype: 'F32', shape: [2 ** 52, 2 ** 52], data_offsets: [0, 8] }),
      "As a safetensors file: tensor 't' of shape [4503599627370496, 4503599627370496] stands in 8 bytes.",
    );
  });
  test('odd entries', async () => {
    await expectUnsound(
      one({ dtype: 'F32', shape: [-2], data_offsets: [0, 8] }),
      "As a safetensors file: tensor 't' has no shape.",
    );
    await expectUnsound(one({ dtype: 'F32', shape: [2] }), "As a safetensors file: tensor 't' has no data_offsets.");
    await expectUnsound(
      one({ dtype: 'constructor', shape: [2], data_offsets: [0, 8] }),
      "As a safetensors file: tensor 't' has no dtype of F64 F32 F16 BF16 I64 I32 I16 I8 U8 BOOL.",
    );
    await expectUnsound(
      safetensorsOf({ t: null }, new Uint8Array(8)),
      "As a safetensors file: tensor 't' has no dtype of F64 F32 F16 BF16 I64 I32 I16 I8 U8 BOOL.",
    );
    await expectUnsound(safetensorsOf({}, new Uint8Array(0)), 'As a safetensors file: there is no tensor in it.');
    await expectUnsound(
      safetensorsOf(
        { __metadata__: { a: 1 }, t: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } },
        new Uint8Array(8),
      ),
      'As a safetensors file: its __metadata__ holds something else than strings.',
    );
  });
  test('a header that is no JSON, or nested without end', async () => {
    const broken = safetensors(2);
    broken[20] = 0xff;
    await expectUnsound(broken, 'As a safetensors file: the header is not JSON.');
    const deep = new Uint8Array(8 + 600_000).fill(0x5b);
    new DataView(deep.buffer).setBigUint64(0, 600_000n, true);
    deep.set(new TextEncoder().encode('{"a":'), 8);
    await expectUnsound(deep, 'As a safetensors file: the header is not JSON.');
  });
});

describe('TIFF', () => {
  const changed = (at: number, value: number) => {
    const bytes = tiff(4, 3);
    new DataView(bytes.buffer).setUint32(at, value, true);
    return bytes;
  };
  const value = (entry: number) => 10 + entry * 12 + 8;

  test('both byte orders and BigTIFF are read', async () => {
    expect(await facts(tiff(31, 17, 3))).toEqual({ format: 'tiff', width: 31, height: 17, bitsPerSample: 8 });
    const big = new Uint8Array(16 + 8 + 2 * 20 + 8 + 64);
    const view = new DataView(big.buffer);
    big.set([0x4d, 0x4d, 0, 43]);
    view.setUint16(4, 8);
    view.setBigUint64(8, 16n);
    view.setBigUint64(16, 2n);
    for (const [i, [tag, size]] of [
      [256, 8],
      [257, 5],
    ].entries()) {
      view.setUint16(24 + i * 20, tag);
      view.setUint16(26 + i * 20, 3);
      view.setBigUint64(28 + i * 20, 1n);
      view.setUint16(36 + i * 20, size);
    }
    expect(await facts(big)).toEqual({ format: 'tiff', width: 8, height: 5 });
  });
  test('a directory outside the file, or of too many entries', async () => {
    await expectUnsound(changed(4, 9999), 'As a TIFF file: its first directory is said to be at byte 9999 of 122.');
    await expectUnsound(changed(8, 0xffff), 'As a TIFF file: its first directory claims 65535 entries.');
  });
  test('pixels that are not there', async () => {
    await expectUnsound(changed(value(0), 500), 'As a TIFF file: 500 × 3 pixels need 1500 bytes and the file has 122.');
    await expectUnsound(changed(value(0), 0), 'As a TIFF file: it claims 0 × 3 pixels of 1 samples.');
    await expectUnsound(changed(value(0), 2 ** 31), 'As a TIFF file: it claims 2147483648 × 3 pixels of 1 samples.');
  });
  test('a bomb: compressed, and far too large for its bytes', async () => {
    const bomb = changed(value(0), 200_000);
    new DataView(bomb.buffer).setUint32(value(1), 10_000, true);
    new DataView(bomb.buffer).setUint32(value(3), 8, true);
    await expectUnsound(bomb, 'As a TIFF file: 122 bytes claim to unpack into 2000000000.');
  });
});

describe('PNG', () => {
  test('read, cut, impossible, bomb', async () => {
    expect(await facts(png(20, 10))).toEqual({ format: 'png', width: 20, height: 10, bitsPerSample: 8 });
    await expectUnsound(png().slice(0, 20), 'As a PNG file: it ends after 20 bytes.');
    await expectUnsound(png(0, 5), 'As a PNG file: it claims 0 × 5 pixels.');
    await expectUnsound(png(40_000, 40_000), 'As a PNG file: 64 bytes claim to unpack into 1600000000.');
  });
});

describe('numpy', () => {
  const npy = (header: string, data: number) => {
    const text = new TextEncoder().encode(header);
    const bytes = new Uint8Array(10 + text.length + data);
    bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length & 255, text.length >> 8]);
    bytes.set(text, 10);
    return bytes;
  };
  test('npy: read; a shape that does not fill the file', async () => {
    expect(await facts(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n", 24))).toEqual({
      format: 'npy',
      shape: [2, 3],
    });
    await expectUnsound(
      npy("{'descr': '<f4', 'shape': (9, 9), }", 24),
      'As a npy file: shape (9, 9) of 4 bytes does not fill 24.',
    );
    await expectUnsound(
      npy("{'descr': '|O', 'shape': (1,), }", 8),
      'As a npy file: its header names no numbers and shape.',
    );
  });

  const zip = (name: string, packed: number, unpacked: number) => {
    const text = new TextEncoder().encode(name);
    const bytes = new Uint8Array(30 + packed + 46 + text.length + 22);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, 0x04034b50, true);
    const at = 30 + packed;
    view.setUint32(at, 0x02014b50, true);
    view.setUint32(at + 20, packed, true);
    view.setUint32(at + 24, unpacked, true);
    view.setUint16(at + 28, text.length, true);
    bytes.set(text, at + 46);
    const end = at + 46 + text.length;
    view.setUint32(end, 0x06054b50, true);
    view.setUint16(end + 10, 1, true);
    view.setUint32(end + 12, end - at, true);
    view.setUint32(end + 16, at, true);
    return bytes;
  };
  test('npz: its directory is read; a bomb and a path out of the folder are refused', async () => {
    expect(await facts(zip('X.npy', 100, 1000))).toEqual({ format: 'npz' });
    await expectUnsound(zip('X.npy', 100, 4_000_000_000), 'As a npz file: 203 bytes claim to unpack into 4000000000.');
    await expectUnsound(
      zip('../../etc/x.npy', 10, 10),
      "As a npz file: an entry is called '../../etc/x.npy', which is no plain .npy name.",
    );
    await expectUnsound(zip('X.npy', 100, 100).slice(0, -22), 'As a npz file: it has no zip directory.');
  });
});

test('anything else is not kept: a page, a script, a program', async () => {
  for (const text of ['<!doctype html><script>alert(1)</script>', 'import os', '\x7fELF\x02\x01\x01', '{}']) {
    const { response } = await put(new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>);
    expect(await refusal(response)).toMatchObject({ status: 415, error: 'unknown-format' });
  }
});
