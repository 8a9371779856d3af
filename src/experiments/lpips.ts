/**
 * LPIPS 0.1 (Zhang et al. 2018) with SqueezeNet 1.1: how different two images look.
 *
 *   d = Σ over layers of  mean over pixels of  Σ_c w_c (f̂_c(x) − f̂_c(y))²,      f̂ = f / (‖f‖ over channels + 1e-10)
 */
import { readFileSync } from 'node:fs';
import type { Samples } from '../imaging/samples';
import { readSafetensors } from '../models/safetensors';
import { squeezenetPhi } from '../models/squeezenet';
import { add, div, type Engine, Graph, mean, mul, type Program, sqrt, square, sub, sum, type Tensor } from '../runtime';

/** After conv1 and after the fires at torchvision's places 4, 7, 9, 10, 11 and 12. */
const LAYERS = ['conv1', 'fire3', 'fire5', 'fire6', 'fire7', 'fire8', 'fire9'];

export class Lpips {
  private readonly phi;
  private readonly heads: Record<string, Float32Array>;
  private readonly programs = new Map<string, Program>();

  /** @param network, heads the two safetensors files */
  constructor(
    private readonly engine: Engine,
    files: { network: string; heads: string },
  ) {
    this.phi = squeezenetPhi(readSafetensors(new Uint8Array(readFileSync(files.network))));
    const { tensors } = readSafetensors(new Uint8Array(readFileSync(files.heads)));
    this.heads = Object.fromEntries(
      LAYERS.map((layer, i) => {
        const head = tensors.get(`lin${i}`);
        if (!head) throw new Error(`got ${[...tensors.keys()].join(', ')}, wanted a head lin${i} of LPIPS`);
        return [layer, head.data];
      }),
    );
  }

  /** @param x, y images of one size; 0..1 is the range of intensities, what lies outside is clipped */
  async distance(x: Samples, y: Samples): Promise<number> {
    const program = await this.program(x.height, x.width);
    program.run({ ...this.heads, x: clipped(x), y: clipped(y) });
    return (await program.read()).distance[0];
  }

  private async program(height: number, width: number): Promise<Program> {
    const key = `${height}×${width}`;
    const known = this.programs.get(key);
    if (known) return known;
    const graph = new Graph();
    const features = (name: string) => this.phi.features(graph.input(name, [1, height, width, 1]), LAYERS);
    const [fx, fy] = [features('x'), features('y')];
    const heads = LAYERS.map((layer) => graph.input(layer, [this.heads[layer].length]));
    const distance = fx
      .map((f, i) => mean(sum(mul(square(sub(unit(f), unit(fy[i]))), heads[i]), [3])))
      .reduce((a, b) => add(a, b));
    const program = await this.engine.compile(graph, { label: `LPIPS ${key}`, outputs: { distance } });
    this.phi.params.write(this.engine, this.phi.weights);
    this.programs.set(key, program);
    return program;
  }
}

const unit = (f: Tensor): Tensor => div(f, add(sqrt(sum(square(f), [3], { keepDims: true })), 1e-10));

const clipped = ({ data }: Samples): Float32Array =>
  Float32Array.from(data, (value) => 2 * Math.min(1, Math.max(0, value)) - 1);
