/** What the engines are compared by. */
import type { PeerConvolution, PeerNetwork } from './contract';
import { careNodes, generatorNodes, networkFlops } from './networks';

export type PeerCase = { name: string; flops: number } & (
  | { kind: 'convolution'; shape: PeerConvolution }
  | { kind: 'inference' | 'training'; network: PeerNetwork }
);

const CONVOLUTIONS: Omit<PeerConvolution, 'n' | 'size'>[] = [
  { direction: 'forward', ci: 64, co: 64, k: 3, stride: 1 },
  { direction: 'forward', ci: 1, co: 32, k: 5, stride: 1 },
  { direction: 'forward', ci: 1, co: 32, k: 9, stride: 1 },
  { direction: 'forward', ci: 64, co: 128, k: 4, stride: 2 },
  { direction: 'input gradient', ci: 64, co: 64, k: 3, stride: 1 },
  { direction: 'weight gradient', ci: 64, co: 64, k: 3, stride: 1 },
  { direction: 'weight gradient', ci: 1, co: 32, k: 5, stride: 1 },
  { direction: 'input gradient', ci: 32, co: 64, k: 3, stride: 2 },
  { direction: 'weight gradient', ci: 32, co: 64, k: 3, stride: 2 },
];

/** @param quick a quarter of the side, and one image where there are four: for software adapters */
export function peerCases(quick: boolean): PeerCase[] {
  const n = quick ? 1 : 4;
  const side = (full: number): number => (quick ? full / 4 : full);
  const convolutions = CONVOLUTIONS.map((some): PeerCase => {
    const shape = { ...some, n, size: side(128) };
    const { direction, size, ci, co, k, stride } = shape;
    const strided = stride > 1 ? ` stride ${stride}` : '';
    return {
      name: `conv ${k}×${k}${strided} ${ci}→${co}, ${n}×${size}², ${direction}`,
      flops: 2 * n * Math.ceil(size / stride) ** 2 * co * k * k * ci,
      kind: 'convolution',
      shape,
    };
  });
  const network = (kind: 'inference' | 'training', one: PeerNetwork): PeerCase => ({
    name: `${kind === 'training' ? 'train' : 'restore'} ${one.name}, ${one.batch}×${one.side}²`,
    flops: networkFlops(one, kind === 'training'),
    kind,
    network: one,
  });
  return [
    ...convolutions,
    network('training', careNodes(n, side(128))),
    network('training', generatorNodes(n, side(128))),
    ...[128, 512, 1024].map((full) => network('inference', careNodes(1, side(full)))),
    ...[512, 1024].map((full) => network('inference', generatorNodes(1, side(full)))),
  ];
}
