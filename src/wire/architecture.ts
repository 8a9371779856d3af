/**
 * What a mendscope model file claims to be, held against the tensors it has. The file's metadata hold, under
 * `mendscope`, a record with the layer table of its networks (`restorer`, `generator`: first channels F and number of
 * residual blocks) and its tasks; from these follow the name and shape of every weight:
 *
 *   enter 7×7 → F · down1 3×3 → 2F · down2 3×3 → 4F · blockB.a, .b 3×3 4F · up1 3×3 → 2F · up2 3×3 → F · exit 7×7 → 1
 *
 * each with γ and β per channel (per task and channel in the generator), which `exit` of the restorer has not.
 */
import * as v from 'valibot';

const size = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1024));
const network = v.object({ first: size, blocks: v.pipe(size, v.maxValue(64)) });
const recordSchema = v.object({
  restorer: network,
  generator: network,
  tasks: v.pipe(v.array(v.object({ name: v.string(), axial: v.boolean() })), v.minLength(1), v.maxLength(1000)),
});

export type Shapes = ReadonlyMap<string, readonly number[]>;

/** The first contradiction, in words; undefined where there is none, or where the file states no architecture. */
export function findMismatch(shapes: Shapes, metadata: Readonly<Record<string, string>>): string | undefined {
  if (metadata.format !== 'mendscope' || metadata.mendscope === undefined) return undefined;
  const record = v.safeParse(v.pipe(v.string(), v.parseJson(), recordSchema), metadata.mendscope);
  if (!record.success) return 'its record lacks the layer table of restorer and generator, or its tasks';
  const { restorer, generator, tasks } = record.output;
  const names = [...shapes.keys()];
  if (!names.some((name) => name.startsWith('restorer/'))) return 'it has no weights of a restorer';
  const wanted = [...weightsOf('restorer', restorer, [])];
  if (names.some((name) => name.startsWith('generator/')))
    wanted.push(...weightsOf('generator', generator, [tasks.length]));
  for (const { name, shape, inputs } of wanted) {
    const found = shapes.get(name);
    const fits = shape.every((n, i) => n === found?.[i] || (i === 2 && inputs?.includes(found?.[i] ?? 0)));
    if (!found || found.length !== shape.length || !fits)
      return `${name} is ${found ? `[${found.join(', ')}]` : 'missing'} where the layer table asks for [${shape.join(', ')}]`;
  }
  return undefined;
}

interface Weight {
  name: string;
  shape: number[];
  /**
   * Other input channels that are right as well: the generator may see a plane of noise beside the image, the restorer's
   * last convolution the image beside the features.
   */
  inputs?: number[];
}

/** @param perTask what stands before the channels in γ and β: nothing, or the number of tasks */
function* weightsOf(
  set: string,
  { first, blocks }: v.InferOutput<typeof network>,
  perTask: number[],
): Generator<Weight> {
  const layer = function* (name: string, kernel: number, from: number, to: number): Generator<Weight> {
    const shared = perTask.length === 0;
    const inputs = name === (shared ? 'exit' : 'enter') ? { inputs: [from + 1] } : {};
    yield { name: `${set}/${name}.weight`, shape: [kernel, kernel, from, to], ...inputs };
    if (name === 'exit' && shared) return;
    for (const scale of ['gamma', 'beta']) yield { name: `${set}/${name}.${scale}`, shape: [...perTask, to] };
  };
  yield* layer('enter', 7, 1, first);
  yield* layer('down1', 3, first, 2 * first);
  yield* layer('down2', 3, 2 * first, 4 * first);
  for (let b = 1; b <= blocks; b++) {
    yield* layer(`block${b}.a`, 3, 4 * first, 4 * first);
    yield* layer(`block${b}.b`, 3, 4 * first, 4 * first);
  }
  yield* layer('up1', 3, 4 * first, 2 * first);
  yield* layer('up2', 3, 2 * first, first);
  yield* layer('exit', 7, first, 1);
}
