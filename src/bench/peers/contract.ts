/**
 * What an engine must be able to do to be compared, and with what. All data are NHWC and [KH, KW, CI, CO]; an engine
 * that wants another layout rearranges before the clock starts and after it stops.
 */
import type { Values } from '../../runtime';
import type { Direction } from '../cases';

export interface Engineer {
  name: string;
  /** Brings the engine up on the page's adapter. */
  start(): Promise<void>;
  /** @throws Error where it cannot, with the reason */
  convolution(shape: PeerConvolution, operands: Operands): Promise<Job>;
  inference(network: PeerNetwork, weights: Weights, image: Float32Array): Promise<Job>;
  /** One run is forward, backward and Adam(1e-4, 0.9, 0.999, 1e-8) on mean |y − target|. */
  training(network: PeerNetwork, weights: Weights, image: Float32Array, target: Float32Array): Promise<Job>;
}

export interface Job {
  /** Enqueues one iteration; a promise where the engine has no other way. */
  run(): void | Promise<void>;
  /** Resolves when the device has done everything enqueued. */
  sync(): Promise<void>;
  /** The latest result: a convolution's NHWC output, dx or dw; a restored NHWC image; the loss. */
  read(): Promise<Float32Array>;
  dispose(): void;
}

export interface PeerConvolution {
  direction: Direction;
  n: number;
  size: number;
  ci: number;
  co: number;
  k: number;
  stride: number;
}

/** x, w and dy of a convolution with TensorFlow's 'same' padding; an engine uses the two that its direction needs. */
export interface Operands {
  x: Float32Array;
  w: Float32Array;
  dy: Float32Array;
}

export type Weights = ReadonlyMap<string, Values>;

/** A network as a list: each node reads earlier ones by name, the image is 'image', the last node is the result. */
export interface PeerNetwork {
  name: 'CARE U-Net' | 'IN generator';
  batch: number;
  side: number;
  nodes: readonly PeerNode[];
}

export type PeerNode =
  | {
      op: 'conv';
      name: string;
      from: string;
      kernel: number;
      stride: number;
      ci: number;
      co: number;
      /** Side of the output. */
      side: number;
      bias: boolean;
    }
  /** Instance norm with eps 1e-5; `weights` names the layer of its γ and β. */
  | { op: 'norm'; name: string; from: string; weights: string; channels: number }
  | { op: 'relu' | 'pool' | 'up'; name: string; from: string }
  | { op: 'concat' | 'add'; name: string; of: readonly [string, string] };

/** Before and behind each row or column, by TensorFlow's 'same'. */
export function samePadding(size: number, k: number, stride: number): [number, number] {
  const total = Math.max((Math.ceil(size / stride) - 1) * stride + k - size, 0);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}
