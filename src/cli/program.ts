/**
 * The terminal program: `mendscope COMMAND …`. Exit code 0 done, 1 failed, 2 wrong use; progress on standard error;
 * with --json one JSON object on standard output and nothing else.
 */
import { complaint } from '../training/complaints';
import { bench } from './bench';
import { type Command, type Context, parseLine, UsageError } from './command';
import { devices } from './devices';
import { evaluate } from './evaluate';
import { experiment } from './experiment';
import { info } from './info';
import { pull } from './pull';
import { push } from './push';
import { restore } from './restore';
import { share } from './share';
import { train } from './train';
import { trainClassifier } from './train_classifier';

const COMMANDS: Record<string, Command> = {
  train,
  restore,
  evaluate,
  info,
  devices,
  push,
  pull,
  share,
  'train-classifier': trainClassifier,
  experiment,
  bench,
};

const HELP = `mendscope: train and run multi-defect microscopy image restoration on WebGPU

Usage: mendscope COMMAND [options]      mendscope COMMAND --help

${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(17)} ${summary}`)
  .join('\n')}

With --json, one JSON object on standard output. Exit code 0: done, 1: failed, 2: wrong use.
`;

export async function main(words: string[], out: (text: string) => void, err: (text: string) => void): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    (name === undefined ? err : out)(HELP);
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    err(`mendscope: no command '${name}'; there are ${Object.keys(COMMANDS).join(', ')}\n`);
    return 2;
  }
  const context: Context = { say: (line) => err(`${line}\n`) };
  const json = rest.includes('--json');
  try {
    const line = parseLine(command, rest);
    if (line.values.help) {
      out(command.usage);
      return 0;
    }
    const result = await command.run(line, context);
    out(json ? `${JSON.stringify(result.json)}\n` : `${result.text}\n`);
    return 0;
  } catch (error) {
    return failure(name, error, json, out, err);
  }
}

function failure(
  name: string,
  error: unknown,
  json: boolean,
  out: (text: string) => void,
  err: (text: string) => void,
): number {
  const wrongUse = error instanceof UsageError;
  const { code, error: parts } = complaint(error, 'failed');
  const message = error instanceof Error ? error.message : String(error);
  err(`mendscope ${name}: ${message}\n`);
  if (wrongUse) err(`Try: mendscope ${name} --help\n`);
  else if (process.env.MENDSCOPE_TRACE && error instanceof Error) err(`${error.stack}\n`);
  if (json)
    out(`${JSON.stringify({ error: wrongUse ? { code: 'wrong-use', message } : { code, message, ...parts } })}\n`);
  return wrongUse ? 2 : 1;
}
