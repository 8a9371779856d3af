/** The two networks of the comparison as lists of nodes, for engines that know nothing of ours. */
import { ARCHITECTURES } from '../../models/presets';
import type { PeerNetwork, PeerNode } from './contract';

/** Collects nodes, keeping each one's channels and side. */
class Listing {
  readonly nodes: PeerNode[] = [];
  private readonly extents = new Map<string, { channels: number; side: number }>();

  constructor(side: number) {
    this.extents.set('image', { channels: 1, side });
  }

  conv(name: string, from: string, kernel: number, co: number, { stride = 1, bias = true } = {}): string {
    const { channels: ci, side } = this.of(from);
    const out = Math.ceil(side / stride);
    return this.put({ op: 'conv', name, from, kernel, stride, ci, co, side: out, bias }, co, out);
  }

  norm(weights: string, from: string): string {
    const { channels, side } = this.of(from);
    return this.put({ op: 'norm', name: `${weights} norm`, from, weights, channels }, channels, side);
  }

  relu(from: string): string {
    return this.like('relu', from, 1);
  }

  pool(from: string): string {
    return this.like('pool', from, 0.5);
  }

  up(from: string): string {
    return this.like('up', from, 2);
  }

  concat(a: string, b: string): string {
    const channels = this.of(a).channels + this.of(b).channels;
    return this.put({ op: 'concat', name: `${a} with ${b}`, of: [a, b] }, channels, this.of(a).side);
  }

  add(a: string, b: string): string {
    return this.put({ op: 'add', name: `${a} plus ${b}`, of: [a, b] }, this.of(a).channels, this.of(a).side);
  }

  private like(op: 'relu' | 'pool' | 'up', from: string, scale: number): string {
    const { channels, side } = this.of(from);
    return this.put({ op, name: `${from} ${op}`, from }, channels, side * scale);
  }

  private put(node: PeerNode, channels: number, side: number): string {
    this.nodes.push(node);
    this.extents.set(node.name, { channels, side });
    return node.name;
  }

  private of(name: string): { channels: number; side: number } {
    const known = this.extents.get(name);
    if (!known) throw new Error(`no node '${name}' yet`);
    return known;
  }
}

/** src/models/care.ts with 32 channels and kernels of 5. */
export function careNodes(batch: number, side: number): PeerNetwork {
  const list = new Listing(side);
  const layer = (name: string, from: string, channels: number): string => list.relu(list.conv(name, from, 5, channels));
  const skip0 = layer('down0b', layer('down0a', 'image', 32), 32);
  const skip1 = layer('down1b', layer('down1a', list.pool(skip0), 64), 64);
  const middle = layer('middleb', layer('middlea', list.pool(skip1), 128), 64);
  const up1 = layer('up1b', layer('up1a', list.concat(list.up(middle), skip1), 64), 32);
  const up0 = layer('up0b', layer('up0a', list.concat(list.up(up1), skip0), 32), 32);
  list.add('image', list.conv('exit', up0, 1, 1));
  return { name: 'CARE U-Net', batch, side, nodes: list.nodes };
}

/** src/models/restorer.ts as the preset `laptop` has it. */
export function generatorNodes(batch: number, side: number): PeerNetwork {
  const { first, blocks } = ARCHITECTURES.laptop.restorer;
  const list = new Listing(side);
  const normed = (name: string, from: string, kernel: number, channels: number, stride = 1): string =>
    list.norm(name, list.conv(name, from, kernel, channels, { stride, bias: false }));
  let h = list.relu(normed('enter', 'image', 7, first));
  h = list.relu(normed('down1', h, 3, 2 * first, 2));
  h = list.relu(normed('down2', h, 3, 4 * first, 2));
  for (let b = 1; b <= blocks; b++) {
    const inner = list.relu(normed(`block${b}.a`, h, 3, 4 * first));
    h = list.add(h, normed(`block${b}.b`, inner, 3, 4 * first));
  }
  h = list.relu(normed('up1', list.up(h), 3, 2 * first));
  h = list.relu(normed('up2', list.up(h), 3, first));
  list.conv('exit', list.concat(h, 'image'), 7, 1);
  return { name: 'IN generator', batch, side, nodes: list.nodes };
}

/** Names and shapes of a network's weights, as ours names them. */
export function weightShapes({ nodes }: PeerNetwork): Map<string, number[]> {
  const shapes = new Map<string, number[]>();
  for (const node of nodes) {
    if (node.op === 'conv') {
      shapes.set(`${node.name}.weight`, [node.kernel, node.kernel, node.ci, node.co]);
      if (node.bias) shapes.set(`${node.name}.bias`, [node.co]);
    }
    if (node.op === 'norm')
      for (const part of ['gamma', 'beta']) shapes.set(`${node.weights}.${part}`, [node.channels]);
  }
  return shapes;
}

/** Of the convolutions, a multiply-add counted as two; training adds dw of each and dx of all but those of the image. */
export function networkFlops({ batch, nodes }: PeerNetwork, training: boolean): number {
  return nodes.reduce((total, node) => {
    if (node.op !== 'conv') return total;
    const once = 2 * batch * node.side ** 2 * node.kernel ** 2 * node.ci * node.co;
    return total + once * (training ? (node.from === 'image' ? 2 : 3) : 1);
  }, 0);
}
