/** Runs a line of the terminal program and keeps what it printed. */
import { main } from '../../src/cli/program';

export async function runLine(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const printed = { out: '', err: '' };
  const code = await main(
    words,
    (text) => {
      printed.out += text;
    },
    (text) => {
      printed.err += text;
    },
  );
  return { code, ...printed };
}
