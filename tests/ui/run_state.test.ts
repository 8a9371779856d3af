import { describe, expect, it } from 'vitest';
import type { FromThread, ModelInfo } from '../../src/training/messages';
import {
  afterMessage,
  appendLosses,
  idleRun,
  isActive,
  overallShare,
  type RunState,
  termName,
} from '../../src/ui/run_state';
import { smoothed } from '../../src/ui/smoothing';

const progress = (phase: 'cin-gan' | 'cgan', step: number, steps: number, losses = {}): FromThread => ({
  kind: 'progress',
  phase,
  step,
  steps,
  secondsLeft: 5,
  losses,
});

const play = (messages: FromThread[], from: RunState = { ...idleRun(), status: 'starting' }) =>
  messages.reduce(afterMessage, from);

describe('a run', () => {
  it('goes from starting to finished', () => {
    const compiling = play([{ kind: 'progress', phase: 'compiling', step: 1, steps: 3, losses: {} }]);
    expect([compiling.status, compiling.phase]).toEqual(['running', 'compiling']);
    const trained = play(
      [progress('cin-gan', 10, 10, { critic: 1 }), progress('cgan', 5, 30, { content: 2 })],
      compiling,
    );
    expect(overallShare(trained)).toBeCloseTo(15 / 40, 12);
    expect(trained.losses.cgan).toEqual({ steps: [5], terms: { content: [2] } });
    const info = { preset: 'tiny' } as ModelInfo;
    const done = play([{ kind: 'done', finished: true, model: new ArrayBuffer(4), info }], trained);
    expect([done.status, done.result?.finished, isActive(done)]).toEqual(['finished', true, false]);
  });

  it('shows a pause, and stays stopping once it is told to stop', () => {
    const paused = play([progress('cgan', 1, 2), { kind: 'state', state: 'paused' }]);
    expect(paused.status).toBe('paused');
    expect(afterMessage({ ...paused, status: 'stopping' }, { kind: 'state', state: 'running' }).status).toBe(
      'stopping',
    );
  });

  it('keeps its last checkpoint when it fails', () => {
    const error = { got: 'a lost device', wanted: 'a device', fix: 'resume' };
    const bytes = new ArrayBuffer(8);
    const failed = play([
      progress('cgan', 7, 9),
      { kind: 'checkpoint', phase: 'cgan', step: 7, automatic: true, bytes },
      { kind: 'error', code: 'device-lost', error },
    ]);
    expect([failed.status, failed.checkpoint?.step, failed.complaint?.error]).toEqual(['failed', 7, error]);
  });

  it('is not touched by the answer to another request', () => {
    const run = play([progress('cgan', 1, 2)]);
    const answer: FromThread = { kind: 'error', id: 3, code: 'bad-model', error: { got: '', wanted: '', fix: '' } };
    expect(afterMessage(run, answer)).toBe(run);
  });
});

describe('loss series', () => {
  it('fills what a term lacks with NaN', () => {
    const series = { steps: [], terms: {} };
    appendLosses(series, 1, { a: 1 });
    appendLosses(series, 2, { b: 2 });
    expect(series).toEqual({ steps: [1, 2], terms: { a: [1, Number.NaN], b: [Number.NaN, 2] } });
  });

  it('forgets what a resumed run repeats', () => {
    const series = { steps: [1, 2, 3], terms: { a: [1, 2, 3] } };
    appendLosses(series, 2, { a: 20 });
    expect(series).toEqual({ steps: [1, 2], terms: { a: [1, 20] } });
  });

  it('is smoothed without a start-up bias', () => {
    expect(smoothed([4, 4, 4])).toEqual([4, 4, 4].map((value) => expect.closeTo(value, 9)));
    expect(smoothed([Number.NaN, 2])).toEqual([Number.NaN, expect.closeTo(2, 9)]);
  });

  it('names terms in words', () => {
    expect(termName('gradientPenalty')).toBe('Gradient penalty');
    expect(termName('realScore')).toBe('Real score');
  });
});
