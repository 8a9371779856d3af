import '@awesome.me/webawesome/dist/components/copy-button/copy-button.js';
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { shared } from './shared_styles';

/** A link to open or to copy, in one line. */
@customElement('mend-share-address')
export class MendShareAddress extends LitElement {
  @property() url = '';
  /** What the copy button says. */
  @property() label = 'Copy the link';
  /** Test id of the link. */
  @property() name = '';

  static override styles = [
    shared,
    css`
      div {
        display: flex;
        align-items: center;
        gap: 8px;
        padding: 4px 4px 4px 12px;
        border: 1px solid var(--wa-color-surface-border);
        border-radius: 8px;
        background: var(--wa-color-surface-lowered);
        min-width: 0;
      }

      a {
        flex: 1;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        font-family: var(--wa-font-family-code);
        font-size: 0.8125rem;
      }
    `,
  ];

  protected override render() {
    return html`
      <div>
        <a href=${this.url} data-testid=${this.name}>${this.url}</a>
        <wa-copy-button value=${this.url} copy-label=${this.label}></wa-copy-button>
      </div>
    `;
  }
}
