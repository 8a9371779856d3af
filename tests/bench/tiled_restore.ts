/**
 * Tiled against untiled restoration: the largest differences, then times. `npm run bench:tiled` writes
 * docs/benchmarks/tiled.md, `npm run bench:tiled -- --large [1024,4096]` rows at these sides (all to 8192²) to tiled_large.md.
 */
import { writeFile } from 'node:fs/promises';
import { arch, cpus } from 'node:os';
import { nodeGpu } from '../../src/cli/gpu';
import { Engine } from '../../src/runtime';
import { showSchedule, type TileSchedule } from '../../src/training/tile_plan';
import { largestShare, planesOf, stagedNetworks, type Trial, trialOf } from './staged_networks';
import { tiledTimes } from './tiled_times';

const SIZES = [
  [1, 1],
  [17, 31],
  [72, 50],
  [256, 256],
  [333, 517],
];
const TILES = [16, 40, 96, 200];
const FIRST = 8;
/** Side and tiles of the times. */
const TIMED = { side: 512, tiles: [96, 200] };
const MIB = 2 ** 20;

interface Large {
  side: number;
  /** Channels of the first layer; narrow enough for one run to be possible at all. */
  first: number;
  budget: number;
  whole: boolean;
}

const LARGE: Large[] = [
  { side: 1024, first: 8, budget: 64e6, whole: true },
  { side: 2048, first: 4, budget: 256e6, whole: true },
  { side: 4096, first: 1, budget: 256e6, whole: true },
  { side: 8192, first: 1, budget: 256e6, whole: false },
];

const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function differences(engine: Engine): Promise<string[]> {
  const rows = [`| network | size | ${TILES.map((tile) => `tiles of ${tile}`).join(' | ')} |`];
  rows.push(`|---|---|${TILES.map(() => '---').join('|')}|`);
  for (const [name, network] of Object.entries(stagedNetworks(FIRST))) {
    const { whole, tiled } = trialOf(engine, name, network);
    for (const [width, height] of SIZES) {
      const planes = planesOf(width, height, network);
      const wanted = await whole.run(planes);
      const cells: string[] = [];
      for (const tile of TILES) {
        const schedule = tiled.plan(wanted, { budget: 256e6, tile });
        cells.push(`${largestShare(await tiled.run(planes, schedule), wanted).toExponential(1)} (${schedule.tiles})`);
      }
      rows.push(`| ${name} | ${width}×${height} | ${cells.join(' | ')} |`);
      say(rows[rows.length - 1]);
    }
    whole.destroy();
  }
  return rows;
}

async function large(engine: Engine, sides: readonly number[]): Promise<string[]> {
  const rows = [
    '| side | F | budget, MB | one run, s | tiled, s | tiled/one run | passes | tiles | maps on | device, MiB | host, MiB | difference |',
  ];
  rows.push('|---|---|---|---|---|---|---|---|---|---|---|---|');
  const schedules: string[] = [];
  for (const { side, first, budget, whole: hasWhole } of LARGE.filter(({ side }) => sides.includes(side))) {
    const { restorer: network } = stagedNetworks(first);
    const { whole, tiled } = trialOf(engine, 'restorer', network);
    const planes = planesOf(side, side, network);
    const schedule = tiled.plan(planes[0], { budget, bindingBytes: Math.min(128 * MIB, engine.mostBindingBytes) });
    say(showSchedule(schedule));
    if (hasWhole) await tiled.run(planes, schedule);
    const tiledRun = await timed(() => tiled.run(planes, schedule, { onProgress: progress(`${side}²`) }));
    const wholeRun = hasWhole ? await timedWhole(whole, planes) : undefined;
    const cells = [
      `${side}`,
      `${first}`,
      (budget / 1e6).toFixed(0),
      wholeRun ? wholeRun.seconds.toFixed(1) : 'too large',
      tiledRun.seconds.toFixed(1),
      wholeRun ? (tiledRun.seconds / wholeRun.seconds).toFixed(2) : '',
      `${schedule.passes.length}`,
      `${schedule.tiles}`,
      schedule.maps,
      (schedule.deviceBytes / MIB).toFixed(0),
      (schedule.hostBytes / MIB).toFixed(0),
      wholeRun ? largestShare(tiledRun.result, wholeRun.result).toExponential(1) : '',
    ];
    rows.push(`| ${cells.join(' | ')} |`);
    say(rows[rows.length - 1]);
    schedules.push(described(side, schedule));
  }
  return [...rows, '', ...schedules];
}

const described = (side: number, schedule: TileSchedule): string =>
  `Schedule at ${side}²:\n\n\`\`\`text\n${showSchedule(schedule)}\n\`\`\`\n`;

/** The second of two runs: the first compiles. */
async function timedWhole(whole: Trial['whole'], planes: Parameters<Trial['whole']['run']>[0]) {
  await whole.run(planes);
  const run = await timed(() => whole.run(planes));
  whole.destroy();
  return run;
}

async function timed<T>(work: () => Promise<T>): Promise<{ seconds: number; result: T }> {
  const began = performance.now();
  const result = await work();
  return { seconds: (performance.now() - began) / 1000, result };
}

function progress(what: string): (share: number) => void {
  let told = 0;
  return (share) => {
    if (share < told + 0.1) return;
    told = share;
    say(`${what}: ${Math.round(100 * share)} %`);
  };
}

const engine = await Engine.create({ gpu: nodeGpu() });
const { name, software } = engine.adapter;
const adapter = `Adapter: ${name}${software ? ' (software)' : ''}; ${cpus().length} cores, ${arch()}.`;
const at = process.argv.indexOf('--large');
const sides = at < 0 ? [] : (process.argv[at + 1]?.split(',').map(Number) ?? LARGE.map(({ side }) => side));
const page = sides.length
  ? [
      '# Large images: time and memory',
      `${adapter} Made by \`npm run bench:tiled -- --large ${sides.join(',')}\`.`,
      'Restorer with 2 blocks, F channels in its first layer, no binding over 128 MiB. Times are of second runs, without ' +
        'compiling; where one run is too large, of the first.',
      (await large(engine, sides)).join('\n'),
    ]
  : [
      '# Tiled restoration against one run',
      `${adapter} Made by \`npm run bench:tiled\`.`,
      `Largest difference as a share of the output's range, and in brackets the tile runs; F = ${FIRST}; wanted: at most 1e-4.`,
      (await differences(engine)).join('\n'),
      `Times at ${TIMED.side}²:`,
      (await tiledTimes(engine, FIRST, TIMED.side, TIMED.tiles)).join('\n'),
    ];
const file = sides.length ? 'docs/benchmarks/tiled_large.md' : 'docs/benchmarks/tiled.md';
await writeFile(file, `${page.join('\n\n').trimEnd()}\n`);
say(file);
process.exit(0);
