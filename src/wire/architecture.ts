/**
 * What a mendscope model file claims to be, held against the tensors it has. The file's metadata hold, under
 * `mendscope`, a record with the layer table of its networks (`restorer`, `generator`: first channels F and number of
 * residual blocks) and its tasks; from these follow the name and shape of every weight of a ResNet:
 *
 *   enter 7×7 → F · down1 3×3 → 2F · down2 3×3 → 4F · blockB.a, .b 3×3 4F · up1 3×3 → 2F · up2 3×3 → F · exit 7×7 → 1
 *
 * each with γ and β per channel (per task and channel in the generator), which `exit` of the restorer has not. A restorer
 * of kind `unet`, with kernel k, has weights and biases instead:
 *
 *   down0a k×k → F · down0b → F · down1a → 2F · down1b → 2F · middlea → 4F · middleb → 2F · up1a (of 4F) → 2F · up1b → F ·
 *   up0a (of 2F) → F · up0b → F · exit 1×1 → 1, or where its exit is a filter 7×7 of F + 1 → 1
 *
 * and one of several tasks, γ and β per task and channel in place of the biases, and an exit to a channel a task.
 *
 * The detail end of the dial, where a file has one, is another restorer.
 */
import * as v from 'valibot';

const size = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1024));
const network = v.object({ first: size, blocks: v.pipe(size, v.maxValue(64)) });
const unet = v.object({
  kind: v.literal('unet'),
  first: size,
  kernel: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(31)),
  exit: v.optional(v.literal('filter')),
  tasks: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000))),
});
const recordSchema = v.object({
  restorer: v.union([unet, network]),
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
  if ('kind' in restorer && restorer.tasks !== undefined && restorer.tasks !== tasks.length)
    return `its restorer is one of ${restorer.tasks} tasks, and it has ${tasks.length}`;
  const names = [...shapes.keys()];
  if (!names.some((name) => name.startsWith('restorer/'))) return 'it has no weights of a restorer';
  const restorers = ['restorer', ...(names.some((name) => name.startsWith('detail/')) ? ['detail'] : [])];
  const wanted = restorers.flatMap((set) => [
    ...('kind' in restorer ? unetWeights(set, restorer) : weightsOf(set, restorer, [])),
  ]);
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

function* unetWeights(set: string, { first, kernel, exit, tasks }: v.InferOutput<typeof unet>): Generator<Weight> {
  const layer = function* (name: string, side: number, from: number, to: number): Generator<Weight> {
    yield { name: `${set}/${name}.weight`, shape: [side, side, from, to] };
    if (tasks === undefined || name === 'exit') yield { name: `${set}/${name}.bias`, shape: [to] };
    else for (const scale of ['gamma', 'beta']) yield { name: `${set}/${name}.${scale}`, shape: [tasks, to] };
  };
  const layers: [name: string, from: number, to: number][] = [
    ['down0a', 1, first],
    ['down0b', first, first],
    ['down1a', first, 2 * first],
    ['down1b', 2 * first, 2 * first],
    ['middlea', 2 * first, 4 * first],
    ['middleb', 4 * first, 2 * first],
    ['up1a', 4 * first, 2 * first],
    ['up1b', 2 * first, first],
    ['up0a', 2 * first, first],
    ['up0b', first, first],
  ];
  for (const [name, from, to] of layers) yield* layer(name, kernel, from, to);
  yield* exit === 'filter' ? layer('exit', 7, first + 1, tasks ?? 1) : layer('exit', 1, first, 1);
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
