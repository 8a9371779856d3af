/**
 * A frozen program: what the engine told WebGPU on the day it was recorded, call by call, to make a program and to run it
 * once. Plain JSON; the engine is not needed to repeat it (`replay.ts`).
 */

/** What it is called on and its name, its arguments, and the name that what it returns goes by. */
export type Call = readonly [on: string, method: string, given: readonly unknown[], made?: string];

/** An object that an earlier call made. */
export interface Reference {
  readonly of: string;
}

/** A text, by the places of its paragraphs in the file: shaders share many. */
export interface Text {
  readonly text: readonly number[];
}

/** What is written to a buffer: zeros but for these parts, which begin at the word `at`. */
export interface Words {
  readonly words: number;
  readonly parts: readonly Part[];
}

/** Bits of single-precision floats or integers; or one of the case's own tensors by name. */
export type Part = readonly [at: number, values: readonly number[] | string];

export interface FrozenProgram {
  /** Pipelines, buffers with what lies in them at the start, bind groups. */
  readonly setup: readonly Call[];
  readonly run: readonly Call[];
  /** The results: buffer, first byte, bytes. */
  readonly outputs: Readonly<Record<string, readonly [from: Reference, at: number, bytes: number]>>;
}

/** docs/benchmarks/guard/FAMILY.json */
export interface FrozenFile {
  /** The adapter's whole name on that day; its family alone is compared. */
  readonly adapter: string;
  readonly date: string;
  /** By their lines; a blank line stands between any two of a text. */
  readonly paragraphs: readonly (readonly string[])[];
  readonly programs: Readonly<Record<string, FrozenProgram>>;
}

interface Device {
  adapter: { name: string; vendor: string; architecture: string };
  traits: { subgroupSize: number };
}

/**
 * Which devices one file is for: those that the engine chooses the same kernels on, whatever the driver's version. How many
 * lanes a subgroup has is part of it, since kernels are written for that number.
 */
export function familyOf({ adapter, traits }: Device): string {
  const maker = [adapter.vendor, adapter.architecture].filter(Boolean);
  const lanes = traits.subgroupSize > 0 ? [String(traits.subgroupSize)] : [];
  return [...(maker.length > 0 ? maker : [adapter.name]), ...lanes].join('-').replace(/[^\w.-]+/g, '_');
}

/** JSON with a line for each call and for each line of a shader. */
export function written(value: unknown, depth = 0): string {
  if (depth === 4 || typeof value !== 'object' || value === null) return JSON.stringify(value);
  const indent = '  '.repeat(depth);
  const entries = Array.isArray(value)
    ? value.map((item) => written(item, depth + 1))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${written(item, depth + 1)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}\n${entries.map((entry) => `${indent}  ${entry}`).join(',\n')}\n${indent}${close}`;
}
