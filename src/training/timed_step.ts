/** One step of a run timed kernel by kernel: the step is the same, only slower. */
import type { Engine, Program } from '../runtime';
import type { PlanInfo } from './messages';
import { planInfo } from './plan_info';

/** What a step needs of its programs. */
export type Runnable<Programs> = {
  [K in keyof Programs]: Programs[K] extends Program ? Pick<Program, 'run'> : Programs[K];
};

export const canTime = ({ adapter }: Engine): boolean => adapter.features.includes('timestamp-query');

/** Stands in for a program in one step; its first run is timed. */
export class TimedProgram {
  private timing: ReturnType<Program['profile']> | undefined;

  constructor(private readonly program: Program) {}

  run(...[inputs, options]: Parameters<Program['run']>): void {
    if (this.timing) this.program.run(inputs, options);
    else this.timing = this.program.profile(inputs, options);
  }

  /** The plan with the times of that run. */
  async plan(): Promise<PlanInfo> {
    const plan = planInfo(this.program.plan);
    const kernels = (await this.timing) ?? [];
    const shaders = plan.shaders.map((sum) => ({
      ...sum,
      milliseconds: kernels.reduce((ms, kernel) => ms + (kernel.shader === sum.shader ? kernel.ms : 0), 0),
    }));
    return { ...plan, shaders };
  }
}
