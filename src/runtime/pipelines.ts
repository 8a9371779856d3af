/** Compute pipelines, made once for each text and set of constants. */
import type { Dispatch } from './dispatch';
import { RUN_BINDING } from './kernel';
import { expandShader } from './shaders';

export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** A shader that the device refused, with the compiler's messages. */
export class ShaderError extends Error {
  constructor(shader: string, messages: readonly string[], source: string) {
    super(`shader '${shader}' does not compile: ${messages.join('; ')}\n${source}`);
    this.name = 'ShaderError';
  }
}

export class Pipelines {
  private readonly made = new Map<string, Promise<Pipeline>>();
  private readonly layouts = new Map<string, GPUBindGroupLayout>();

  constructor(private readonly device: GPUDevice) {}

  /** What tells one pipeline from another. */
  static key(dispatch: Dispatch): string {
    return JSON.stringify([
      dispatch.shader,
      dispatch.defines,
      dispatch.constants,
      dispatch.bindings.length,
      dispatch.usesRun,
    ]);
  }

  get(dispatch: Dispatch): Promise<Pipeline> {
    const key = Pipelines.key(dispatch);
    const known = this.made.get(key);
    if (known) return known;
    const made = this.make(dispatch);
    this.made.set(key, made);
    return made;
  }

  get size(): number {
    return this.made.size;
  }

  private async make({ shader, defines, constants, bindings, usesRun }: Dispatch): Promise<Pipeline> {
    const code = expandShader(shader, defines);
    this.device.pushErrorScope('validation');
    const module = this.device.createShaderModule({ label: shader, code });
    const refused = this.device.popErrorScope();
    const layout = this.layout(bindings.length, usesRun);
    const made = this.device.createComputePipelineAsync({
      label: shader,
      layout: this.device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: 'main', constants: { ...constants } },
    });
    const [outcome, error] = await Promise.all([
      made.then(
        (pipeline) => ({ pipeline }),
        (why: Error) => ({ why }),
      ),
      refused,
    ]);
    if (!error && 'pipeline' in outcome) return { pipeline: outcome.pipeline, layout };
    const { messages } = await module.getCompilationInfo();
    const told = messages.map((m) => `${m.lineNum}:${m.linePos} ${m.message}`);
    throw new ShaderError(
      shader,
      told.length > 0 ? told : [error?.message ?? ('why' in outcome ? outcome.why.message : 'no reason given')],
      code,
    );
  }

  private layout(storage: number, usesRun: boolean): GPUBindGroupLayout {
    const key = `${storage} ${usesRun}`;
    const known = this.layouts.get(key);
    if (known) return known;
    const visibility = GPUShaderStage.COMPUTE;
    const entries: GPUBindGroupLayoutEntry[] = [{ binding: 0, visibility, buffer: { type: 'uniform' } }];
    for (let i = 1; i <= storage; i++) entries.push({ binding: i, visibility, buffer: { type: 'storage' } });
    if (usesRun) entries.push({ binding: RUN_BINDING, visibility, buffer: { type: 'uniform' } });
    const layout = this.device.createBindGroupLayout({ entries });
    this.layouts.set(key, layout);
    return layout;
  }
}
