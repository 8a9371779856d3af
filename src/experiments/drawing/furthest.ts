/**
 * Records of several generations lie side by side: the same method on the same data, trained for 300 updates and later
 * for 3,000. Tables and figures show one of them, the one trained furthest; the others stay on record and are not shown.
 */
import type { CellRecord } from '../cell';

/** Of records alike in all but their updates, seed and number of scored images, those with the most updates. */
export function furthest(records: CellRecord[]): CellRecord[] {
  const most = new Map<string, CellRecord>();
  for (const record of records) {
    const key = kind(record);
    const before = most.get(key);
    if (before === undefined || isFurther(record, before)) most.set(key, record);
  }
  return records.filter((record) => !isFurther(most.get(kind(record)) ?? record, record));
}

function isFurther({ cell: a }: CellRecord, { cell: b }: CellRecord): boolean {
  return a.updates > b.updates || (a.updates === b.updates && a.cinUpdates > b.cinUpdates);
}

/** With synthetic pairs and without are two methods, however many updates either has. */
function kind({ cell }: CellRecord): string {
  const { method, tasks, setting, images, preset, split, learningRate, changes, cinUpdates } = cell;
  return JSON.stringify([method, tasks, setting, images, preset, split, learningRate, changes, cinUpdates > 0]);
}
