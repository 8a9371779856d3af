import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Plane } from '../imaging/image';
import type { Phase, PreviewRow } from '../training/messages';
import { autoContrast, type Contrast } from './contrast';
import './mend-thumbnail';
import { shared } from './shared_styles';

type Column = [title: string, plane: (row: PreviewRow) => Plane | undefined];

const COLUMNS: Record<'painted' | 'restored', Column[]> = {
  painted: [
    ['Clean', (row) => row.input],
    ['Synthetic defect', (row) => row.synthetic],
    ['Real defect', (row) => row.truth],
  ],
  restored: [
    ['Defective', (row) => row.input],
    ['Restored', (row) => row.restored],
    ['Truth', (row) => row.truth],
  ],
};

/** What the networks make of a few patches at this moment, a row for each task. One contrast a row. */
@customElement('mend-preview')
export class MendPreview extends LitElement {
  @property({ attribute: false }) preview: { phase: Phase; step: number; rows: PreviewRow[] } | undefined;

  static override styles = [
    shared,
    css`
      .grid {
        display: grid;
        gap: 4px 8px;
      }

      .task {
        grid-column: 1 / -1;
        margin-top: 8px;
      }

      .eyebrow {
        padding-bottom: 4px;
      }

      .blank {
        aspect-ratio: 1;
        border-radius: 4px;
        background: var(--wa-color-surface-lowered);
      }
    `,
  ];

  protected override render() {
    if (!this.preview) return undefined;
    const { phase, rows } = this.preview;
    // Where no task has pairs, there is no truth to show.
    const columns = COLUMNS[phase === 'cin-gan' ? 'painted' : 'restored'].filter(([, planeOf]) => rows.some(planeOf));
    return html`
      <div
        class="grid"
        style=${`grid-template-columns: repeat(${columns.length}, minmax(0, 160px))`}
        data-testid="preview"
      >
        ${columns.map(([title]) => html`<span class="eyebrow">${title}</span>`)}
        ${rows.map((row) => {
          const contrast = rowContrast(row);
          return html`
            ${rows.length > 1 ? html`<h3 class="task">${row.task}</h3>` : nothing}
            ${columns.map(([title, planeOf]) => {
              const plane = planeOf(row);
              return plane
                ? html`<mend-thumbnail .plane=${plane} .contrast=${contrast} label="${row.task}: ${title}"></mend-thumbnail>`
                : html`<div class="blank"></div>`;
            })}
          `;
        })}
      </div>
    `;
  }
}

/** From what the network is given and what it is judged by, so that it does not change with the result. */
function rowContrast({ input, truth }: PreviewRow): Contrast {
  const given = autoContrast(input);
  const judge = truth ? autoContrast(truth) : given;
  return { min: Math.min(given.min, judge.min), max: Math.max(given.max, judge.max) };
}
