import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { BenchRow } from '../bench/messages';
import { formatBytes } from './format';
import { shared } from './shared_styles';

interface Column {
  head: string;
  title: string;
  cell: (row: BenchRow) => unknown;
}

const milliseconds = (value: number) => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);

/** A share as a bar and a number. */
const share = (value: number) => html`
  <span class="share"><span class="bar"><i style="width: ${Math.min(100, 100 * value)}%"></i></span>${Math.round(100 * value)} %</span>
`;

const TIMES: Column[] = [
  { head: 'ms', title: 'median time of a run', cell: (row) => milliseconds(row.milliseconds) },
  { head: 'GFLOP/s', title: 'operations of the definition a second', cell: ({ gflops }) => gflops.toFixed(1) },
  {
    head: 'of peak',
    title: 'of the multiply-add rate measured in the same round',
    cell: ({ ofPeak }) => share(ofPeak),
  },
];

const OF_KERNELS: Column[] = [
  ...TIMES,
  { head: 'GB/s', title: 'bytes moved a second, each tensor once', cell: ({ gbytes }) => gbytes.toFixed(2) },
  { head: 'of copy', title: 'of the copy rate measured in the same round', cell: ({ ofCopy }) => share(ofCopy) },
];

const OF_PROGRAMS: Column[] = [
  ...TIMES,
  { head: 'kernels', title: 'dispatches of a run', cell: ({ kernels, tiles }) => (tiles ? `${tiles} tiles` : kernels) },
  { head: 'compiled in ms', title: 'time to compile it', cell: (row) => row.compileMilliseconds.toFixed(0) },
  { head: 'memory', title: 'of the run’s own tensors at most', cell: ({ peakBytes }) => formatBytes(peakBytes) },
  {
    head: 'megapixels/s',
    title: 'restored a second',
    cell: ({ pixels, milliseconds: ms }) => (pixels ? (pixels / ms / 1e3).toPrecision(2) : '–'),
  },
];

const isKernel = ({ kind }: BenchRow): boolean => kind === 'kernel' || kind === 'norm';

/** Kernels in one table, whole programs in another. */
@customElement('mend-bench-table')
export class MendBenchTable extends LitElement {
  @property({ attribute: false }) rows: BenchRow[] = [];

  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: 24px;
        min-width: 0;
      }

      .card {
        overflow-x: auto;
      }

      h2 {
        margin-bottom: 8px;
      }

      th:not(:first-child),
      td {
        text-align: end;
        white-space: nowrap;
      }

      tbody th {
        font: inherit;
        font-size: 0.8125rem;
        color: var(--wa-color-text-normal);
        width: 36%;
        min-width: 240px;
      }

      tr:last-child > * {
        border-bottom: none;
      }

      .share {
        display: inline-flex;
        align-items: center;
        justify-content: flex-end;
        gap: 8px;
        min-width: 104px;
      }

      .bar {
        flex: 1;
        height: 6px;
        border-radius: 3px;
        background: var(--wa-color-surface-lowered);
        overflow: hidden;
      }

      .bar i {
        display: block;
        height: 100%;
        background: var(--mend-restored);
      }

      @media (max-width: 640px) {
        .card {
          padding: 16px;
        }

        tbody th {
          min-width: 160px;
        }
      }
    `,
  ];

  protected override render() {
    return html`
      ${this.#table('Kernels', this.rows.filter(isKernel), OF_KERNELS)}
      ${this.#table(
        'Training steps and restorations',
        this.rows.filter((row) => !isKernel(row)),
        OF_PROGRAMS,
      )}
    `;
  }

  #table(title: string, rows: BenchRow[], columns: Column[]) {
    if (rows.length === 0) return nothing;
    return html`
      <section class="card" aria-label=${title} tabindex="0">
        <h2>${title}</h2>
        <table class="numbers" data-testid="bench-table">
          <thead>
            <tr>
              <th scope="col">Case</th>
              ${columns.map((column) => html`<th scope="col" title=${column.title}>${column.head}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              (row) => html`
                <tr data-testid="bench-row">
                  <th scope="row">${row.name}</th>
                  ${columns.map(({ cell }) => html`<td>${cell(row)}</td>`)}
                </tr>
              `,
            )}
          </tbody>
        </table>
      </section>
    `;
  }
}
