import { describe, expect, it } from 'vitest';
import { formatAgo, formatBytes, formatCount, formatDuration, formatNumber, plural } from '../../src/ui/format';
import { modelFileName } from '../../src/ui/model_file_name';
import { editTokenOf, routeOf, sharedOf } from '../../src/ui/routes';

describe('format', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [12_345, '12.3 kB'],
    [999_600, '1.00 MB'],
    [45_000_000, '45.0 MB'],
  ])('%i bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it.each([
    [0.4, '0 s'],
    [59.6, '1 min 00 s'],
    [200, '3 min 20 s'],
    [7500, '2 h 05 min'],
    [7199, '2 h 00 min'],
    [Number.POSITIVE_INFINITY, '–'],
  ])('%f seconds are %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));

  it('keeps counts and numbers short', () => {
    expect([812, 21_000, 11_400_000, 2.4e9].map(formatCount)).toEqual(['812', '21.0 k', '11.4 M', '2.40 G']);
    expect([0, 1234, 0.5, 0.000012, 12_345_678.5].map(formatNumber)).toEqual([
      '0',
      '1234',
      '0.5000',
      '1.20e-5',
      '1.23e+7',
    ]);
    expect([plural(1, 'pair'), plural(0, 'pair')]).toEqual(['1 pair', '0 pairs']);
    expect([30_000, 300_000, 3 * 3600_000, 72 * 3600_000].map(formatAgo)).toEqual([
      'just now',
      '5 min ago',
      '3 h ago',
      '3 days ago',
    ]);
  });

  it('names model files after their tasks', () => {
    expect(modelFileName(['Axial ×5', 'noise'])).toBe('mendscope-axial-5-noise.safetensors');
    expect(modelFileName(['雑音'])).toBe('mendscope-model.safetensors');
  });
});

describe('routes', () => {
  it('knows its pages and falls back to the first', () => {
    expect(['#/train', '#restore', '#/share?x=1', '#/evidence', '#/nowhere', ''].map(routeOf)).toEqual([
      'train',
      'restore',
      'share',
      'evidence',
      'data',
      'data',
    ]);
  });

  it('reads share links', () => {
    expect(sharedOf('/m/AbC_-123')).toEqual({ kind: 'model', id: 'AbC_-123' });
    expect(sharedOf('/d/AbC/')).toEqual({ kind: 'dataset', id: 'AbC' });
    for (const path of ['/m/', '/d/AbC/files', '/r/AbC', '/']) expect(sharedOf(path)).toBeUndefined();
    expect(editTokenOf('#edit=secret_1')).toBe('secret_1');
    expect(editTokenOf('#/restore')).toBeUndefined();
  });
});
