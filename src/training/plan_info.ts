import type { Plan } from '../runtime';
import type { PlanInfo, PlannedShader } from './messages';

export function planInfo({ label, kernels, pipelines, peakBytes, boundBytes }: Plan): PlanInfo {
  const byShader = new Map<string, PlannedShader>();
  for (const { shader, flops, bytes } of kernels) {
    const sum = byShader.get(shader) ?? { shader, kernels: 0, flops: 0, bytes: 0 };
    byShader.set(shader, { shader, kernels: sum.kernels + 1, flops: sum.flops + flops, bytes: sum.bytes + bytes });
  }
  const shaders = [...byShader.values()].sort((a, b) => b.flops - a.flops || b.bytes - a.bytes);
  return { label, kernels: kernels.length, pipelines, peakBytes, boundBytes, shaders };
}
