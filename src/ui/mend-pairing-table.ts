import '@awesome.me/webawesome/dist/components/icon/icon.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { formatSize } from './format';
import './mend-thumbnail';
import { shared } from './shared_styles';
import type { PairRow, SourceImage } from './task_draft';

const STATUS: Record<PairRow['status'], { icon: string; text: string; tone: string }> = {
  matched: { icon: 'check', text: 'Pair', tone: 'success' },
  'no-clean': { icon: 'warning', text: 'No clean image of this name', tone: 'warning' },
  'no-defective': { icon: 'warning', text: 'No defective image of this name', tone: 'warning' },
  'sizes-differ': { icon: 'error', text: 'Sizes differ', tone: 'danger' },
  'name-twice': { icon: 'error', text: 'Name is there twice', tone: 'danger' },
};

const SHOWN = 200;

/** What was matched with what, and what was not. */
@customElement('mend-pairing-table')
export class MendPairingTable extends LitElement {
  @property({ attribute: false }) rows: PairRow[] = [];

  static override styles = [
    shared,
    css`
      .scroll {
        max-height: 320px;
        overflow: auto;
      }

      thead th {
        position: sticky;
        top: 0;
        background: var(--wa-color-surface-raised);
        z-index: 1;
      }

      td {
        padding-block: 4px;
      }

      .image {
        display: flex;
        align-items: center;
        gap: 8px;
        overflow-wrap: anywhere;
      }

      mend-thumbnail {
        flex: none;
        width: 40px;
      }

      .status {
        white-space: nowrap;
      }

      .success {
        color: var(--wa-color-success-on-quiet);
      }

      .warning {
        color: var(--wa-color-warning-on-quiet);
      }

      .danger {
        color: var(--wa-color-danger-on-quiet);
      }
    `,
  ];

  protected override render() {
    const shown = this.rows.slice(0, SHOWN);
    return html`
      <div class="scroll" tabindex="0" role="region" aria-label="Pairs" data-testid="pairs">
        <table>
          <thead>
            <tr>
              <th>Defective</th>
              <th>Clean</th>
              <th>Status</th>
            </tr>
          </thead>
          <tbody>
            ${shown.map((row) => {
              const status = STATUS[row.status];
              return html`
                <tr>
                  <td>${this.#image(row.defective)}</td>
                  <td>${this.#image(row.clean)}</td>
                  <td class="status ${status.tone}">
                    <span class="row"><wa-icon name=${status.icon}></wa-icon>${status.text}</span>
                  </td>
                </tr>
              `;
            })}
          </tbody>
        </table>
        ${
          this.rows.length > SHOWN
            ? html`<p class="small quiet">and ${this.rows.length - SHOWN} more rows</p>`
            : nothing
        }
      </div>
    `;
  }

  #image(source: SourceImage | undefined) {
    if (!source) return html`<span class="quiet">–</span>`;
    return html`
      <span class="image">
        <mend-thumbnail side="40" .image=${source.image}></mend-thumbnail>
        <span>${source.name}<br /><span class="quiet small">${formatSize(source.image.size)}</span></span>
      </span>
    `;
  }
}
