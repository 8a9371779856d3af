/**
 * `npm run bench:guard`: fails where a kernel or a step takes more than 15 % longer against a plain kernel measured
 * beside it than was recorded for this adapter (30 % on another computer). Five attempts must agree.
 *
 *   guard FILE [--record]    FILE: docs/benchmarks/guard.json
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { guardRatios } from '../bench/guard/measure';
import { middleOf, type Ratios, type Recorded, suspectsOf, toleranceOn } from '../bench/guard/verdict';
import { startEngine } from './gpu';

const ROUNDS = 15;
const ATTEMPTS = 5;
/** What is recorded is the middle of so many attempts. */
const RECORDINGS = 5;

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

async function guard(file: string, record: boolean): Promise<number> {
  const engine = await startEngine({ say });
  const { name, software } = engine.adapter;
  const cpuTime = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  const measure = (names?: readonly string[]): Promise<Record<string, Ratios>> =>
    guardRatios(engine, { rounds: ROUNDS, names, ...(software && { cpuTime }) });
  const recorded: Recorded = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};

  if (record) {
    const attempts: Record<string, Ratios>[] = [];
    for (let i = 0; i < RECORDINGS; i++) attempts.push(shown(await measure()));
    recorded[name] = {
      date: new Date().toISOString().slice(0, 10),
      machine: machine(),
      ratios: rounded(middleOf(attempts)),
    };
    writeFileSync(file, `${JSON.stringify(recorded, null, 2)}\n`);
    say(`recorded for ${name}`);
    return 0;
  }
  const known = recorded[name];
  if (!known) {
    say(`guard: nothing is recorded for ${name}; npm run bench:guard -- --record on a quiet machine records it`);
    return 0;
  }
  const tolerance = toleranceOn(machine(), known.machine);
  const attempts = [shown(await measure(), known.ratios)];
  let suspects = suspectsOf(attempts, known.ratios, tolerance);
  while (suspects.length > 0 && attempts.length < ATTEMPTS) {
    say(`guard: slower than recorded: ${suspects.map((suspect) => suspect.name).join('; ')}; measuring again`);
    attempts.push(shown(await measure(suspects.map((suspect) => suspect.name)), known.ratios));
    suspects = suspectsOf(attempts, known.ratios, tolerance);
  }
  for (const { name: slow, losses } of suspects)
    say(`guard: failed: ${slow} takes ${losses.map(percent).join(', ')} longer than recorded on ${known.date}`);
  if (suspects.length === 0)
    say(`guard: passed: nothing takes more than ${percent(tolerance)} longer than on ${known.date}`);
  return suspects.length > 0 ? 1 : 0;
}

const machine = (): string => `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores`;

function shown(ratios: Record<string, Ratios>, known?: Record<string, Ratios>): Record<string, Ratios> {
  for (const [name, { wall, cpu }] of Object.entries(ratios)) {
    const before = known?.[name];
    const was = before ? `, recorded ${before.wall}${before.cpu === undefined ? '' : ` and ${before.cpu}`}` : '';
    say(
      `  ${name}: ${wall.toFixed(3)} of its yardstick${cpu === undefined ? '' : `, ${cpu.toFixed(3)} by CPU time`}${was}`,
    );
  }
  return ratios;
}

const rounded = (ratios: Record<string, Ratios>): Record<string, Ratios> =>
  Object.fromEntries(
    Object.entries(ratios).map(([name, { wall, cpu }]) => [
      name,
      { wall: Number(wall.toPrecision(4)), ...(cpu !== undefined && { cpu: Number(cpu.toPrecision(4)) }) },
    ]),
  );

const [file, ...options] = process.argv.slice(2);
// Dawn keeps threads alive after the last job.
process.exit(await guard(file, options.includes('--record')));
