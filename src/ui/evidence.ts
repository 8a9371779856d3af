/** What `docs/evidence/` holds at build time: the numbers that the experiments drew, and their figures. */

interface Scores {
  psnr: number;
  ssim: number;
}

interface Interval {
  low: number;
  high: number;
  mean?: number;
}

export interface EvidenceRow {
  row: string;
  trainedOn: string;
  images: number;
  updates: number;
  cinUpdates: number;
  preset: string;
  seeds: number;
  /** Settings of the method that differ from its own, as words; empty where none does. */
  changes: string;
  adapter: string;
  paper: Scores;
  care: Scores;
  raw: Scores;
  lpips: number | null;
  behind?: Record<'paper' | 'care', { psnr: Interval; ssim: Interval }>;
}

export interface EvidenceTable {
  task: string;
  setting: 'paired' | 'unpaired';
  images: number;
  reference?: string;
  rows: EvidenceRow[];
}

/** The parts of `summary.json` that the page shows; a part without a run is empty or left out. */
export interface Evidence {
  table1?: { task: string; images: number; psnr: number; ssim: number; published: [number, number] }[];
  paired?: EvidenceTable[];
  unpaired?: EvidenceTable[];
  real?: EvidenceTable[];
  /** On development images. */
  ablation?: EvidenceTable[];
  phi?: EvidenceTable[];
  /** Of real micrographs, by networks trained on phantoms first. */
  pretraining?: EvidenceTable[];
  newDefect?: EvidenceTable[];
  /** How often a classifier is right about real defects beside synthetic ones, and beside clean images. */
  toldApart?: { task: string; images: number; madeBy: string; synthetic: number; clean: number }[];
}

// Both are empty where nothing has been drawn, and the page is then left out.
const summaries = import.meta.glob<Evidence>('../../docs/evidence/summary.json', { import: 'default' });
const figures = import.meta.glob<string>('../../docs/evidence/*.{svg,png}', { query: '?url', import: 'default' });

export const hasEvidence = Object.keys(summaries).length > 0;

export async function loadEvidence(): Promise<Evidence> {
  const [load] = Object.values(summaries);
  return load ? load() : {};
}

/** Name and address of each figure, in the order of their names. */
export async function loadFigures(): Promise<{ name: string; url: string }[]> {
  const found = await Promise.all(
    Object.entries(figures).map(async ([path, load]) => ({
      name: path.replace(/^.*\/|\.\w+$/g, ''),
      url: await load(),
    })),
  );
  return found.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

/** Best first under a metric; the order of the rows is otherwise kept. */
export function ranked(rows: EvidenceRow[], metric: 'paper' | 'care' | 'raw'): EvidenceRow[] {
  return [...rows].sort((a, b) => b[metric].psnr - a[metric].psnr);
}
