/** Engines beside each other: a row a case, a column an engine. */
import { line } from '../table';
import type { PeerResult, PeerRow } from './compare';

export function peerTable(results: readonly PeerResult[]): string {
  const rows = results.flatMap((result) => result.rows);
  const engines = [...new Set(rows.map(({ engine }) => engine))];
  const cases = [...new Set(rows.map((row) => row.case))];
  const heads = ['case (GFLOP/s, ms, of peak)', ...engines, `${engines[0]} over the best other`];
  const lines = cases.map((name) => {
    const some = engines.map((engine) => rows.find((row) => row.case === name && row.engine === engine));
    return line([name, ...some.map(cell), lead(some)]);
  });
  return [line(heads), line(heads.map(() => '---')), ...lines].join('\n');
}

/** How many times as fast as the best of those whose result is right. */
function lead([first, ...others]: readonly (PeerRow | undefined)[]): string {
  const rates = others.flatMap((row) => (row?.gflops && !row.wrong ? [row.gflops] : []));
  return first?.gflops && rates.length > 0 ? `${(first.gflops / Math.max(...rates)).toPrecision(2)}×` : '';
}

function cell(row: PeerRow | undefined): string {
  if (!row) return '';
  // ONNX Runtime tells first where in its source, then what.
  if (row.cannot)
    return `cannot: ${row.cannot
      .replace(/^.* FAIL : /, '')
      .replaceAll('|', '/')
      .slice(0, 80)}`;
  const { gflops = Number.NaN, milliseconds: ms = Number.NaN, ofPeak = Number.NaN, samples = 0, errors = [] } = row;
  const wrong = row.wrong ? `wrong (${errors.map((error) => error.toExponential(0)).join(', ')})` : '';
  if (wrong && samples === 0) return wrong;
  const few = samples === 1 ? ', one sample' : '';
  const told = `${gflops.toFixed(gflops < 10 ? 2 : 1)}, ${ms.toFixed(ms < 10 ? 2 : 0)}, ${(100 * ofPeak).toFixed(0)} %${few}`;
  return wrong ? `${wrong}: ${told}` : told;
}
