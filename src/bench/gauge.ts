/** What the device could do: its multiply-add rate and its memory rate, by kernels that do nothing else. */
import { type Engine, Graph, normal, ParameterSet, type Program } from '../runtime';
import { floatBits, groupsFor, type Kernels, only } from '../runtime/kernel';

export interface Gauge {
  program: Program;
  /** Floating-point operations of a run; a multiply-add is two. */
  flops: number;
  /** Bytes read and written by a run. */
  bytes: number;
  /** Runs in a row that take long enough to be timed; found at the first use. */
  repeats?: number;
}

/** @param software a CPU driver gets a thousandth of the work, so that a run takes milliseconds anywhere */
export async function fmaGauge(engine: Engine): Promise<Gauge> {
  const { software } = engine.adapter;
  const threads = software ? 4096 : 262_144;
  const rounds = software ? 512 : 2048;
  const graph = new Graph();
  const kernels = (): Kernels => ({
    scratch: [],
    kernels: [
      {
        shader: 'fma_peak',
        params: [threads, rounds, floatBits(0.999)],
        buffers: [{ output: 0 }],
        workgroups: groupsFor(threads, 64),
      },
    ],
  });
  const y = graph.add(
    { kind: 'kernel', name: 'fma_peak', key: '', candidates: only(kernels) },
    [],
    [threads, 4],
    'fma_peak',
  );
  const program = await engine.compile(graph, { label: 'multiply-add peak', outputs: { y } });
  return { program, flops: threads * rounds * 4 * 6 * 4 * 2, bytes: 0 };
}

export async function copyGauge(engine: Engine): Promise<Gauge> {
  const floats = engine.adapter.software ? 2 ** 22 : 2 ** 24;
  const graph = new Graph();
  const set = new ParameterSet('copied');
  const x = set.scope(graph).parameter('x', [floats], normal(0, 1));
  const kernels = (): Kernels => ({
    scratch: [],
    kernels: [
      {
        shader: 'copy',
        params: [floats / 4],
        buffers: [{ input: 0 }, { output: 0 }],
        workgroups: groupsFor(floats / 4, 64),
      },
    ],
  });
  const y = graph.add({ kind: 'kernel', name: 'copy', key: '', candidates: only(kernels) }, [x], [floats], 'copy');
  const program = await engine.compile(graph, { label: 'copy', outputs: { y } });
  engine.resident(set).upload('value', new Float32Array(floats).fill(1));
  return { program, flops: 0, bytes: 8 * floats };
}
