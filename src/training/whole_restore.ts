/** A plane through a staged network in one run. */
import type { Plane } from '../imaging/image';
import { passName, type StagedNetwork, throughStages } from '../models/stages';
import { type Engine, Graph, type ParameterSet, type Program, type ProgramSpec, slice } from '../runtime';
import { type Extent, interleaved } from './windows';

export class WholeNetwork {
  private program: (Extent & { made: Program }) | undefined;
  private readonly fitting = new Map<string, boolean>();

  constructor(
    private readonly engine: Engine,
    private readonly network: StagedNetwork,
    private readonly params: ParameterSet,
  ) {}

  /** Whether one run stays within `budget` bytes of device memory, and every tensor within what a kernel can be given. */
  fits(extent: Extent, budget: number): boolean {
    const key = `${extent.width}×${extent.height} ${budget}`;
    const known = this.fitting.get(key);
    if (known !== undefined) return known;
    const { bytes, outputBytes, bindingBytes } = this.engine.footprint(this.traced(extent).spec);
    const fits = bytes + outputBytes + 4 * this.params.size <= budget && bindingBytes <= this.engine.mostBindingBytes;
    this.fitting.set(key, fits);
    return fits;
  }

  /** @param planes the network's input, the image first */
  async run(planes: readonly Plane[]): Promise<Plane> {
    const { width, height } = planes[0];
    const program = await this.compiled({ width, height });
    program.run({ [passName.source]: interleaved(planes), ...this.network.inputs }, { seed: 0, step: 0 });
    const { restored } = await program.read();
    return { width, height, data: restored };
  }

  destroy(): void {
    this.program?.made.destroy();
    this.program = undefined;
  }

  /** The program of the latest extent is the only one that is kept. */
  private async compiled(extent: Extent): Promise<Program> {
    const known = this.program;
    if (known?.width === extent.width && known.height === extent.height) return known.made;
    this.destroy();
    const { graph, spec } = this.traced(extent);
    const made = await this.engine.compile(graph, spec);
    this.program = { ...extent, made };
    return made;
  }

  private traced({ width, height }: Extent): { graph: Graph; spec: ProgramSpec } {
    const graph = new Graph();
    const source = graph.input(passName.source, [1, height, width, this.network.planes]);
    const image = slice(source, [0, 0, 0, 0], [1, height, width, 1]);
    const restored = throughStages(this.params.scope(graph), this.network.stages(graph), source, image);
    return { graph, spec: { label: `restore ${width}×${height}`, outputs: { restored } } };
  }
}
