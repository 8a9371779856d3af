import { describe, expect, test } from 'vitest';
import { BadInputError } from '../../src/imaging/bad_input';
import { readSafetensors, type StoredTensor, writeSafetensors } from '../../src/models/safetensors';

/** A file with any header and any data. */
function file(header: unknown, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

const tensors = new Map<string, StoredTensor>([
  ['half', { shape: [3], data: Float32Array.from([1, 0.5, -65504]), dtype: 'F16' }],
  ['down1.weight', { shape: [1, 2, 2], data: Float32Array.from([1, -0.1, Number.MAX_VALUE, 1e-40]) }],
  ['scalar', { shape: [], data: Float32Array.of(7) }],
  ['empty', { shape: [0, 4], data: new Float32Array(0) }],
]);

describe('safetensors', () => {
  test('come back with values, shapes, types and metadata', () => {
    const bytes = writeSafetensors(tensors, { format: 'mendscope', record: '{"µ":1}' });
    expect(writeSafetensors(tensors, { format: 'mendscope', record: '{"µ":1}' })).toEqual(bytes);
    const { tensors: back, metadata } = readSafetensors(bytes);
    expect(metadata).toEqual({ format: 'mendscope', record: '{"µ":1}' });
    expect([...back.keys()].sort()).toEqual([...tensors.keys()].sort());
    for (const [name, { shape, data, dtype = 'F32' }] of tensors)
      expect(back.get(name)).toEqual({ shape, data, dtype });
  });

  test('every sample stands at a multiple of its size, and the header at a multiple of 8', () => {
    const bytes = writeSafetensors(tensors, {});
    const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(headerBytes % 8).toBe(0);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)));
    for (const { dtype, data_offsets } of Object.values(header) as { dtype?: string; data_offsets: number[] }[]) {
      if (dtype !== undefined) expect(data_offsets[0] % (dtype === 'F16' ? 2 : 4)).toBe(0);
    }
  });

  test('every type is read', () => {
    const data = new Uint8Array(48);
    const view = new DataView(data.buffer);
    view.setFloat64(0, -1.5, true);
    view.setBigInt64(8, -9n, true);
    view.setBigUint64(16, 9n, true);
    view.setUint32(24, 4e9, true);
    view.setInt32(28, -3, true);
    view.setInt16(32, -4, true);
    view.setUint16(34, 65535, true);
    view.setUint16(36, 0xbf80, true);
    view.setUint16(38, 0x3c00, true);
    view.setInt8(40, -1);
    view.setUint8(41, 255);
    view.setUint8(42, 1);
    const entry = (dtype: string, begin: number, end: number) => ({ dtype, shape: [1], data_offsets: [begin, end] });
    const read = readSafetensors(
      file(
        {
          f64: entry('F64', 0, 8),
          i64: entry('I64', 8, 16),
          u64: entry('U64', 16, 24),
          u32: entry('U32', 24, 28),
          i32: entry('I32', 28, 32),
          i16: entry('I16', 32, 34),
          u16: entry('U16', 34, 36),
          bf16: entry('BF16', 36, 38),
          f16: entry('F16', 38, 40),
          i8: entry('I8', 40, 41),
          u8: entry('U8', 41, 42),
          bool: entry('BOOL', 42, 43),
        },
        data.subarray(0, 43),
      ),
    );
    expect([...read.tensors.values()].map(({ data: [value] }) => value)).toEqual([
      -1.5, -9, 9, 4e9, -3, -4, 65535, -1, 1, -1, 255, 1,
    ]);
  });

  test('names that objects know otherwise are only names', () => {
    const odd = new Map<string, StoredTensor>([['__proto__', { shape: [1], data: Float32Array.of(5) }]]);
    expect(readSafetensors(writeSafetensors(odd, {})).tensors.get('__proto__')?.data[0]).toBe(5);
  });

  const one = (entry: object) =>
    file({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...entry } }, new Uint8Array(8));
  const cases: [string, Uint8Array, string][] = [
    ['too short', new Uint8Array(7), 'a file of 7 bytes'],
    ['a header beyond the end', Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0, 1), 'a header of 9 bytes in a file of 9'],
    ['an endless header', new Uint8Array(9).fill(255), 'a header of 18446744073709552000 bytes'],
    ['no JSON', file('{nope'), 'a header that is no JSON'],
    ['an array', file([]), 'a header that is no object'],
    ['metadata with numbers', file({ __metadata__: { a: 1 } }), "metadata 'a' of type number"],
    ['no offsets', file({ a: { dtype: 'F32', shape: [1] } }), "an entry 'a' without dtype, shape and data_offsets"],
    ['null', file({ a: null }), "an entry 'a' without"],
    ['an unknown type', one({ dtype: 'F8' }), "dtype F8 of 'a'"],
    ['a wrong shape', one({ shape: [3] }), "bytes 0 to 8 for F32 [3] of 'a'"],
    ['a negative size', one({ shape: [-2] }), "an entry 'a' without"],
    ['a size beyond counting', one({ shape: [2 ** 40, 2 ** 40] }), "of 'a'"],
    ['a hole', one({ data_offsets: [4, 12] }), "'a' from byte 4 where byte 0 was next"],
    ['data beyond the end', one({ shape: [4], data_offsets: [0, 16] }), 'tensors of 16 bytes over 8 bytes of data'],
    ['data left over', one({ shape: [1], data_offsets: [0, 4] }), 'tensors of 4 bytes over 8 bytes of data'],
    [
      'an overlap',
      file(
        {
          a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
          b: { dtype: 'F32', shape: [2], data_offsets: [4, 12] },
        },
        new Uint8Array(12),
      ),
      "'b' from byte 4 where byte 8 was next",
    ],
  ];
  test.each(cases)('refuse %s', (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(BadInputError);
    expect(() => readSafetensors(bytes)).toThrow(message);
  });

  test('are refused cut anywhere', () => {
    const bytes = writeSafetensors(tensors, { a: 'b' });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readSafetensors(bytes.subarray(0, length))).toThrow(BadInputError);
    }
  });

  test('are not written where shape and data disagree', () => {
    const wrong = new Map<string, StoredTensor>([['w', { shape: [2, 2], data: new Float32Array(3) }]]);
    expect(() => writeSafetensors(wrong, {})).toThrow('w: got 3 samples, wanted 4 for [2, 2]');
  });
});
