import '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import { css, html, LitElement } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from './shared_styles';

const KEYS: [section: string, rows: [keys: string[], text: string][]][] = [
  [
    'Everywhere',
    [
      [['1', '2', '3', '4'], 'Data, Train, Restore, Share'],
      [['?'], 'This help'],
      [['Esc'], 'Close a panel'],
    ],
  ],
  [
    'Restore',
    [
      [['S'], 'Side by side'],
      [['W'], 'Swipe: the arrow keys move its divider'],
      [['F'], 'Flicker: hold it to see the input'],
      [['A'], 'Automatic contrast, 0.35 % saturated'],
      [[',', '.'], 'Plane before, plane after'],
    ],
  ],
  [
    'On a picture',
    [
      [['+', '−'], 'Zoom, as does the wheel'],
      [['←', '→', '↑', '↓'], 'Pan, as does dragging'],
      [['0'], 'Fit, as does a double click'],
    ],
  ],
];

@customElement('mend-help')
export class MendHelp extends LitElement {
  static override styles = [
    shared,
    css`
      wa-dialog {
        --width: 560px;
      }

      section + section {
        margin-top: 24px;
      }

      dl {
        display: grid;
        grid-template-columns: 144px 1fr;
        gap: 8px 16px;
        margin-top: 8px;
        font-size: 0.875rem;
        line-height: 1.5rem;
      }

      dt {
        display: flex;
        gap: 4px;
      }
    `,
  ];

  protected override render() {
    return html`
      <wa-dialog label="Keys" open light-dismiss @wa-after-hide=${this.#closed} data-testid="help-dialog">
        ${KEYS.map(
          ([section, rows]) => html`
            <section>
              <h2>${section}</h2>
              <dl>
                ${rows.map(
                  ([keys, text]) => html`
                    <dt>${keys.map((key) => html`<kbd>${key}</kbd>`)}</dt>
                    <dd>${text}</dd>
                  `,
                )}
              </dl>
            </section>
          `,
        )}
      </wa-dialog>
    `;
  }

  #closed(event: Event): void {
    if (event.target === event.currentTarget) this.dispatchEvent(new CustomEvent('closed'));
  }
}
