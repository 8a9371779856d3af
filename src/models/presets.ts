/**
 * Sizes of every network by preset. `paper` is method.md section 2 (the authors' widths), `laptop` the default, `grid`
 * for experiments without a GPU, `tiny` for tests.
 */

import type { Backbone } from './backbone';
import type { Critic } from './critic';
import type { Discriminator } from './discriminator';
import type { Restorer } from './restorer';

export type PresetName = 'tiny' | 'grid' | 'laptop' | 'paper';

export interface Architecture {
  /** One plain sentence: what it is for. */
  summary: string;
  /** Side of the square training patches, in pixels. */
  patch: number;
  generator: Backbone;
  critic: Critic;
  restorer: Restorer;
  discriminator: Discriminator;
}

export const ARCHITECTURES: Record<PresetName, Architecture> = {
  tiny: {
    summary: 'For a quick try and for tests: small networks that learn something within a minute.',
    patch: 32,
    generator: { first: 8, blocks: 1, dropout: 0 },
    critic: { first: 8, dropout: 0 },
    restorer: { first: 8, blocks: 2, dropout: 0, output: 'filter' },
    discriminator: { first: 8, downs: 2 },
  },
  grid: {
    summary: 'For experiments on a computer without a graphics card: hours rather than days.',
    patch: 64,
    generator: { first: 16, blocks: 4, dropout: 0 },
    critic: { first: 16, dropout: 0 },
    restorer: { first: 16, blocks: 4, dropout: 0, output: 'filter' },
    discriminator: { first: 16, downs: 2 },
  },
  laptop: {
    summary: 'For a laptop with a graphics card: the default.',
    patch: 128,
    generator: { first: 32, blocks: 6, dropout: 0 },
    critic: { first: 32, dropout: 0 },
    restorer: { first: 32, blocks: 6, dropout: 0, output: 'filter' },
    discriminator: { first: 32, downs: 3 },
  },
  paper: {
    summary: 'The sizes and weights of the published method: for a strong graphics card and patience.',
    patch: 128,
    generator: { first: 64, blocks: 12, dropout: 0.5 },
    critic: { first: 64, dropout: 0.25 },
    restorer: { first: 64, blocks: 9, dropout: 0.5, output: 'average' },
    discriminator: { first: 64, downs: 3 },
  },
};

export const PRESET_NAMES = Object.keys(ARCHITECTURES) as PresetName[];
