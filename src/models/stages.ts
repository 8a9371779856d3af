/**
 * Networks as chains of stages, so that an image too large for the device can be restored piece by piece with the same
 * result. A stage is what happens between two feature maps that everything passes through; the whole network is its
 * stages one after another, and nothing else.
 *
 * A window of the image gives the stage's own result, except near those edges of the window that are not the image's:
 * there a convolution meets zeros where the image goes on. `reach` says how far that spoils. At the image's own edges
 * the window ends where the image ends, and the zeros are the network's own. What a norm needs of the whole image, its
 * statistics, comes from outside: first a pass over all windows up to the norm to collect them, then the next pass.
 */
import { type Graph, partialMoments, type Scope, ShapeError, slice, type Tensor } from '../runtime';

/** A feature map within a stage. */
export interface Point {
  /** Image pixels to one of its pixels, along each axis. */
  step: number;
  channels: number;
  /** Image pixels to each side that it depends on, counted from the stage's input and norms aside; never less. */
  reach: number;
}

export interface Stage {
  name: string;
  /** What each of its norms normalises, in the order of the calls. */
  norms: readonly Point[];
  output: Point;
  /** @param image what the network as a whole restores, for a last stage that adds to it */
  build: (p: Scope, x: Tensor, image: Tensor) => Tensor;
}

/** Extents and places of windows are multiples of this in every network here: two halvings. */
export const STAGE_MULTIPLE = 4;

/** The whole network. @param x its input: the image, or the image with further planes behind it */
export function throughStages(p: Scope, stages: readonly Stage[], x: Tensor, image: Tensor): Tensor {
  if (x.shape[1] % STAGE_MULTIPLE || x.shape[2] % STAGE_MULTIPLE)
    throw new ShapeError('network', `an image of ${x.shape[1]}×${x.shape[2]}`, 'multiples of 4; pad it first');
  return stages.reduce((h, { build }) => build(p, h, image), x);
}

/** A network that can run in pieces. */
export interface StagedNetwork {
  /** Planes of its input; the first is the image. */
  planes: number;
  stages: (graph: Graph) => readonly Stage[];
  /** Values of inputs that the stages make themselves, such as the task. */
  inputs?: Readonly<Record<string, Float32Array>>;
}

/** Which part of a stage a pass computes, over each window. */
export interface Pass {
  /** Index of the norm up to which it goes, to collect statistics; the number of norms: to the stage's output. */
  end: number;
  /** Norms whose input is kept when it is first computed, so that later passes start from there. */
  kept: ReadonlySet<number>;
}

/** Names of a pass's inputs and outputs. */
export const passName = {
  /** The network's input. */
  source: 'source',
  /** The stage's input, where that is another. */
  x: 'x',
  rows: 'rows',
  columns: 'columns',
  mean: (norm: number): string => `mean ${norm}`,
  variance: (norm: number): string => `variance ${norm}`,
  kept: (norm: number): string => `kept ${norm}`,
};

/**
 * Traces one pass of stage `index` over a window of height × width image pixels.
 * @returns its outputs: `shift`, `sums` and `squares` of the norm at its end, and `map`, what is kept of it
 */
export function tracePass(
  p: Scope,
  network: StagedNetwork,
  index: number,
  { end, kept }: Pass,
  [height, width]: readonly [number, number],
): Record<string, Tensor> {
  const { graph } = p;
  const stages = network.stages(graph);
  const stage = stages[index];
  const map = (name: string, { step, channels }: Point): Tensor =>
    graph.input(name, [1, height / step, width / step, channels]);
  const source = graph.input(passName.source, [1, height, width, network.planes]);
  const image = slice(source, [0, 0, 0, 0], [1, height, width, 1]);
  const x = index === 0 ? source : map(passName.x, stages[index - 1].output);

  let outputs: Record<string, Tensor> = {};
  let norm = 0;
  graph.statistics = (values) => {
    const at = norm++;
    const point = stage.norms[at];
    if (at < end) {
      const one = [1, 1, 1, point.channels];
      return {
        x: kept.has(at) ? map(passName.kept(at), point) : values,
        mean: graph.input(passName.mean(at), one),
        variance: graph.input(passName.variance(at), one),
      };
    }
    if (at === end) {
      const rows = graph.input(passName.rows, [1, height / point.step, 1, 1]);
      const columns = graph.input(passName.columns, [1, 1, width / point.step, 1]);
      outputs = { ...partialMoments(values, rows, columns), ...(kept.has(at) ? { map: values } : {}) };
    }
    return { x: values, mean: graph.constant(0), variance: graph.constant(1) };
  };
  const y = stage.build(p, x, image);
  graph.statistics = undefined;
  return end === stage.norms.length ? { map: y } : outputs;
}
