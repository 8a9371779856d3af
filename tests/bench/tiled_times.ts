/** How long each network takes tile by tile beside one run: the two in turn, medians, each without its first run. */
import { median } from '../../src/bench/statistics';
import type { Engine } from '../../src/runtime';
import { planesOf, stagedNetworks, trialOf } from './staged_networks';

const ROUNDS = 3;

/** @returns rows of a Markdown table */
export async function tiledTimes(
  engine: Engine,
  first: number,
  side: number,
  tiles: readonly number[],
): Promise<string[]> {
  const heads = ['network', 'one run, s', ...tiles.map((tile) => `tiles of ${tile}, of one run`)];
  const rows = [`| ${heads.join(' | ')} |`, `|${heads.map(() => '---').join('|')}|`];
  for (const [name, network] of Object.entries(stagedNetworks(first))) {
    const { whole, tiled } = trialOf(engine, name, network);
    const planes = planesOf(side, side, network);
    const schedules = tiles.map((tile) => tiled.plan(planes[0], { budget: 256e6, tile }));
    const ways = [() => whole.run(planes), ...schedules.map((schedule) => () => tiled.run(planes, schedule))];
    const times: number[][] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const taken: number[] = [];
      for (const run of ways) {
        const began = performance.now();
        await run();
        taken.push((performance.now() - began) / 1000);
      }
      if (round > 0) times.push(taken);
    }
    const ratios = schedules.map((_, i) => median(times.map(([one, ...others]) => others[i] / one)).toFixed(2));
    rows.push(`| ${[name, median(times.map(([one]) => one)).toFixed(2), ...ratios].join(' | ')} |`);
    whole.destroy();
  }
  return rows;
}
