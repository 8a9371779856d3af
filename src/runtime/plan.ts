/** What a compiled step does and takes, for people. */
import type { Dispatch } from './dispatch';

export interface PlannedKernel {
  readonly label: string;
  readonly shader: string;
  /** Bytes of every tensor it touches, each once. */
  readonly bytes: number;
  readonly flops: number;
}

export class Plan {
  constructor(
    readonly label: string,
    readonly kernels: readonly PlannedKernel[],
    readonly pipelines: number,
    /** Memory of the step's own tensors. */
    readonly peakBytes: number,
    /** The most that is alive at one time. */
    readonly boundBytes: number,
  ) {}

  /** A summary line, then a line a kernel. */
  toString(): string {
    const rows = this.kernels.map(
      (k, i) =>
        `${String(i).padStart(4)}  ${k.shader.padEnd(24)} ${mb(k.bytes).padStart(9)} ${mflop(k.flops).padStart(12)}  ${k.label}`,
    );
    return [this.summary, ...rows].join('\n');
  }

  /** "38 kernels, 21 pipelines, peak 214.0 MB (bound 201.2 MB), 62 % of the arithmetic in conv2d". */
  get summary(): string {
    const total = this.kernels.reduce((sum, k) => sum + k.flops, 0);
    const byShader = new Map<string, number>();
    for (const k of this.kernels) byShader.set(k.shader, (byShader.get(k.shader) ?? 0) + k.flops);
    const [top] = [...byShader].sort((a, b) => b[1] - a[1]);
    const share = total > 0 ? `, ${Math.round((100 * top[1]) / total)} % of the arithmetic in ${top[0]}` : '';
    return `${this.label}: ${this.kernels.length} kernels, ${this.pipelines} pipelines, peak ${mb(this.peakBytes)} (bound ${mb(this.boundBytes)})${share}`;
  }
}

const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
const mflop = (flops: number): string => `${(flops / 1e6).toFixed(2)} MFLOP`;

export const plannedKernel = (dispatch: Dispatch, bytes: number): PlannedKernel => ({
  label: dispatch.label,
  shader: dispatch.shader,
  bytes,
  flops: dispatch.flops,
});
