/** Trained tensors: declared while a model is traced, kept flat on the GPU with their gradients and Adam's moments. */
import type { Graph, ParameterOwner, Tensor } from './graph';
import { BINDING_ALIGNMENT } from './kernel';
import { normalAt, streamOf, uniformAt } from './random';
import { type Shape, ShapeError, sameShape, showShape, sizeOf } from './shape';

/** First values of a parameter. */
export type Initialiser = (
  shape: Shape,
  random: (element: number) => { uniform: number; normal: number },
  element: number,
) => number;

const fans = (shape: Shape): [number, number] => {
  const window = sizeOf(shape.slice(0, -2));
  return [window * (shape[shape.length - 2] ?? 1), window * shape[shape.length - 1]];
};

export const zeros = (): Initialiser => () => 0;
export const ones = (): Initialiser => () => 1;
/** U(−a, a), a = √(6 / (fan in + fan out)) (Glorot & Bengio 2010). */
export const glorotUniform = (): Initialiser => (shape, random, element) => {
  const [fanIn, fanOut] = fans(shape);
  return (2 * random(element).uniform - 1) * Math.sqrt(6 / (fanIn + fanOut));
};
/** N(0, 2 / fan in) (He et al. 2015). */
export const heNormal = (): Initialiser => (shape, random, element) =>
  random(element).normal * Math.sqrt(2 / fans(shape)[0]);
/** N(mean, sd²). */
export const normal =
  (mean: number, sd: number): Initialiser =>
  (_, random, element) =>
    mean + sd * random(element).normal;

export interface Declared {
  readonly name: string;
  readonly shape: Shape;
  readonly initialiser: Initialiser;
  /** First element in the flat buffers. */
  readonly offset: number;
}

export interface Values {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** A set's memory on one device. Parts are flat, in the order of declaration. */
export interface Resident {
  upload(part: Part, flat: Float32Array): void;
  download(part: Part): Promise<Float32Array>;
  /** Steps that Adam has taken. */
  adamStep: number;
}

export type Part = 'value' | 'm' | 'v';

/** What keeps parameter sets in memory: the engine. */
export interface ParameterStore {
  resident(set: ParameterSet): Resident;
}

/** Adam's moments and step count. */
export interface AdamState {
  readonly m: Map<string, Values>;
  readonly v: Map<string, Values>;
  readonly step: number;
}

let made = 0;

export class ParameterSet implements ParameterOwner {
  readonly id = made++;
  private readonly declared = new Map<string, Declared>();
  private floats = 0;
  private home: Resident | null = null;

  constructor(readonly name: string) {}

  /**
   * The parameter of that name, declared on first sight.
   * @throws ShapeError where it is already there with another shape
   */
  declare(name: string, shape: Shape, initialiser: Initialiser): Declared {
    const known = this.declared.get(name);
    if (known) {
      if (!sameShape(known.shape, shape)) {
        throw new ShapeError(
          `parameter '${this.name}.${name}'`,
          showShape(shape),
          `${showShape(known.shape)}, as first declared`,
        );
      }
      return known;
    }
    const entry = { name, shape, initialiser, offset: this.floats };
    this.declared.set(name, entry);
    this.floats += Math.ceil(sizeOf(shape) / BINDING_ALIGNMENT) * BINDING_ALIGNMENT;
    return entry;
  }

  get(name: string): Declared {
    const entry = this.declared.get(name);
    if (!entry)
      throw new ShapeError(
        `parameter set '${this.name}'`,
        `the name '${name}'`,
        `one of ${[...this.declared.keys()].join(', ')}`,
      );
    return entry;
  }

  get entries(): readonly Declared[] {
    return [...this.declared.values()];
  }

  /** Trained numbers, without the padding between them. */
  get count(): number {
    return this.entries.reduce((total, entry) => total + sizeOf(entry.shape), 0);
  }

  /** Floats of each flat buffer. */
  get size(): number {
    return this.floats;
  }

  /** The set's tensors in one graph. */
  scope(graph: Graph): Scope {
    return new Scope(graph, this, '');
  }

  /** Gives every parameter its first value for `seed` and forgets Adam's moments. */
  initialise(store: ParameterStore, seed: number): void {
    this.restart(store, this.initialValues(seed));
  }

  /** Gives every parameter a named value and forgets Adam's moments. @throws as {@link pack} */
  write(store: ParameterStore, values: ReadonlyMap<string, Values>): void {
    this.restart(store, this.pack(values));
  }

  private restart(store: ParameterStore, flat: Float32Array): void {
    this.home = store.resident(this);
    this.home.upload('value', flat);
    this.home.upload('m', new Float32Array(this.floats));
    this.home.upload('v', new Float32Array(this.floats));
    this.home.adamStep = 0;
  }

  async read(): Promise<Map<string, Values>> {
    return this.unpack(await this.resident().download('value'));
  }

  async readState(): Promise<AdamState> {
    const home = this.resident();
    const [m, v] = await Promise.all([home.download('m'), home.download('v')]);
    return { m: this.unpack(m), v: this.unpack(v), step: home.adamStep };
  }

  writeState(state: AdamState): void {
    const home = this.resident();
    home.upload('m', this.pack(state.m));
    home.upload('v', this.pack(state.v));
    home.adamStep = state.step;
  }

  private resident(): Resident {
    if (!this.home)
      throw new ShapeError(`parameter set '${this.name}'`, 'no values', 'a call of initialise or write first');
    return this.home;
  }

  /** The flat buffer of first values for a seed; each parameter draws from a stream of its own name. */
  initialValues(seed: number): Float32Array {
    const flat = new Float32Array(this.floats);
    for (const { name, shape, initialiser, offset } of this.entries) {
      const counter = { seed, step: 0, stream: streamOf(`${this.name}.${name}`) };
      const random = (element: number): { uniform: number; normal: number } => ({
        get uniform() {
          return uniformAt(counter, element);
        },
        get normal() {
          return normalAt(counter, element);
        },
      });
      for (let i = 0; i < sizeOf(shape); i++) flat[offset + i] = initialiser(shape, random, i);
    }
    return flat;
  }

  /** Cuts a flat buffer into the named parameters. */
  unpack(flat: Float32Array): Map<string, Values> {
    return new Map(
      this.entries.map(({ name, shape, offset }) => [
        name,
        { shape, data: flat.slice(offset, offset + sizeOf(shape)) },
      ]),
    );
  }

  /**
   * The flat buffer of named values.
   * @throws ShapeError where a name is missing, unknown or of another shape
   */
  pack(values: ReadonlyMap<string, Values>): Float32Array {
    const flat = new Float32Array(this.floats);
    for (const name of values.keys()) this.get(name);
    for (const { name, shape, offset } of this.entries) {
      const given = values.get(name);
      if (!given)
        throw new ShapeError(
          `parameter set '${this.name}'`,
          `no values for '${name}'`,
          `values of shape ${showShape(shape)}`,
        );
      if (!sameShape(given.shape, shape) || given.data.length !== sizeOf(shape)) {
        throw new ShapeError(
          `parameter '${this.name}.${name}'`,
          `${given.data.length} values of shape ${showShape(given.shape)}`,
          showShape(shape),
        );
      }
      flat.set(given.data, offset);
    }
    return flat;
  }
}

/** A place in a model: parameters named under a prefix, nodes labelled with it. */
export class Scope {
  constructor(
    readonly graph: Graph,
    readonly set: ParameterSet,
    private readonly prefix: string,
  ) {}

  child(name: string): Scope {
    return new Scope(this.graph, this.set, this.prefix === '' ? name : `${this.prefix}.${name}`);
  }

  parameter(name: string, shape: Shape, initialiser: Initialiser): Tensor {
    const { name: full } = this.set.declare(this.prefix === '' ? name : `${this.prefix}.${name}`, shape, initialiser);
    return this.graph.parameter(this.set, full, shape);
  }

  /** Nodes made inside carry this place's name in the plan. */
  labelled<T>(build: () => T): T {
    return this.graph.labelled(this.prefix === '' ? this.set.name : `${this.set.name}.${this.prefix}`, build);
  }
}
