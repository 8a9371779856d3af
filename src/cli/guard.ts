/**
 * `npm run bench:guard`: fails where a kernel or a step takes more than 15 % longer than the same case's frozen program:
 * what the engine told WebGPU when it was last recorded for this family of adapters, repeated beside it. Five attempts must
 * agree.
 *
 *   guard FOLDER [--record]    FOLDER: docs/benchmarks/guard
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filled, guardCases } from '../bench/guard/cases';
import { freeze } from '../bench/guard/freeze';
import { type FrozenFile, type FrozenProgram, familyOf, written } from '../bench/guard/frozen';
import { guardRatios } from '../bench/guard/measure';
import { judged, type Ratios, TOLERANCE } from '../bench/guard/verdict';
import type { Engine } from '../runtime';
import { nodeGpu, startEngine } from './gpu';

const ROUNDS = 15;

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

async function guard(folder: string, record: boolean): Promise<number> {
  const engine = await startEngine({ say });
  const family = familyOf(engine);
  const path = join(folder, `${family}.json`);
  if (record) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, `${written(await frozenNow(engine.adapter.name))}\n`);
    say(`guard: recorded for ${family}`);
  }
  if (!existsSync(path)) {
    say(`guard: nothing is recorded for ${family}, so nothing is compared; npm run bench:guard -- --record records it`);
    return 0;
  }
  return compare(engine, JSON.parse(readFileSync(path, 'utf8')));
}

async function frozenNow(adapter: string): Promise<FrozenFile> {
  const paragraphs: string[] = [];
  const programs: Record<string, FrozenProgram> = {};
  for (const one of guardCases()) programs[one.name] = await freeze(nodeGpu(), filled(one), paragraphs);
  const date = new Date().toISOString().slice(0, 10);
  return { adapter, date, paragraphs: paragraphs.map((paragraph) => paragraph.split('\n')), programs };
}

async function compare(engine: Engine, file: FrozenFile): Promise<number> {
  const cpuTime = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  const measure = async (names?: readonly string[]): Promise<Record<string, Ratios>> =>
    shown(await guardRatios(engine, file, { rounds: ROUNDS, names, ...(engine.adapter.software && { cpuTime }) }));

  const { slower, faster } = await judged(measure, (names) =>
    say(`guard: slower than frozen: ${names.join('; ')}; measuring again`),
  );
  for (const { name, clock, losses } of slower) {
    const more = `${losses.map(percent).join(', ')} more ${clock === 'cpu' ? 'CPU time' : 'time'}`;
    say(`guard: failed: ${name} takes ${more} than frozen on ${file.date}`);
  }
  for (const name of faster) say(`guard: ${name} has become faster; npm run bench:guard -- --record keeps the gain`);
  if (slower.length === 0) say(`guard: passed: nothing takes ${percent(TOLERANCE)} longer than frozen on ${file.date}`);
  return slower.length > 0 ? 1 : 0;
}

function shown(ratios: Record<string, Ratios>): Record<string, Ratios> {
  for (const [name, { wall, cpu }] of Object.entries(ratios))
    say(`  ${name}: ${wall.toFixed(3)} of frozen${cpu === undefined ? '' : `, ${cpu.toFixed(3)} by CPU time`}`);
  return ratios;
}

const [folder, ...options] = process.argv.slice(2);
// Dawn keeps threads alive after the last job.
process.exit(await guard(folder, options.includes('--record')));
