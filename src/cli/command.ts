/** What a command of the terminal program is, and how its words on the line become values. */
import { type ParseArgsConfig, parseArgs } from 'node:util';

type Options = NonNullable<ParseArgsConfig['options']>;

export interface Command {
  /** One line for the list of commands. */
  summary: string;
  /** The whole text of `--help`. */
  usage: string;
  options: Options;
  /** Does the work and returns what `--json` prints; progress goes to `context.say`. */
  run(line: CommandLine, context: Context): Promise<Result>;
}

export interface CommandLine {
  values: Record<string, string | boolean | (string | boolean)[] | undefined>;
  positionals: string[];
}

export interface Context {
  /** A line of progress, on standard error. */
  say(line: string): void;
}

export interface Result {
  /** The one JSON object of `--json`. */
  json: Record<string, unknown>;
  /** The same for people, on standard output. */
  text: string;
}

/** The line cannot be understood: exit code 2. */
export class UsageError extends Error {}

const COMMON: Options = {
  help: { type: 'boolean', short: 'h' },
  json: { type: 'boolean' },
};

export function parseLine(command: Command, words: string[]): CommandLine {
  try {
    const { values, positionals } = parseArgs({
      args: words,
      options: { ...command.options, ...COMMON },
      allowPositionals: true,
      strict: true,
    });
    return { values, positionals };
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

/** The option's text. Without a fallback it must be given. */
export function text({ values }: CommandLine, name: string, fallback?: string): string {
  const value = values[name];
  if (typeof value === 'string') return value;
  if (fallback === undefined) throw new UsageError(`--${name} is missing`);
  return fallback;
}

/** Every text given for a repeatable option. */
export function texts({ values }: CommandLine, name: string): string[] {
  const value = values[name];
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];
}

/** A whole number of at least `least`, or undefined where the option is not given. */
export function count({ values }: CommandLine, name: string, least: number): number | undefined {
  const value = values[name];
  if (typeof value !== 'string') return undefined;
  const number = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(number) || number < least)
    throw new UsageError(`--${name}: got ${value}, wanted a whole number from ${least}`);
  return number;
}

/** A number above 0, or undefined where the option is not given. */
export function positive({ values }: CommandLine, name: string): number | undefined {
  const value = values[name];
  if (typeof value !== 'string') return undefined;
  const number = Number(value);
  if (!(number > 0 && Number.isFinite(number)))
    throw new UsageError(`--${name}: got ${value}, wanted a number above 0`);
  return number;
}

/** One of `choices`. */
export function choice<T extends string>(line: CommandLine, name: string, choices: readonly T[], fallback?: T): T {
  const value = text(line, name, fallback);
  if (!choices.includes(value as T)) throw new UsageError(`--${name}: got ${value}, wanted ${choices.join(', ')}`);
  return value as T;
}
