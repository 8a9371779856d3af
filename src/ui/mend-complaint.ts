import '@awesome.me/webawesome/dist/components/callout/callout.js';
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Complaint } from '../training/messages';
import { shared } from './shared_styles';

/** An error as this project words it: what came, what was wanted, what to do. A slot takes actions. */
@customElement('mend-complaint')
export class MendComplaint extends LitElement {
  @property({ attribute: false }) error: Complaint | undefined;
  /** What it is about: a file name, a task. */
  @property() about = '';
  @property() variant: 'warning' | 'danger' = 'danger';

  static override styles = [
    shared,
    css`
      wa-callout {
        font-size: 0.875rem;
        line-height: 1.25rem;
      }

      .about {
        font-weight: 600;
        overflow-wrap: anywhere;
        margin-bottom: 4px;
      }

      dl {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 2px 12px;
      }

      dt {
        opacity: 0.75;
      }

      dd {
        overflow-wrap: anywhere;
      }

      .fix {
        font-weight: 600;
      }

      ::slotted(*) {
        margin-top: 12px;
      }
    `,
  ];

  protected override render() {
    if (!this.error) return undefined;
    const { got, wanted, fix } = this.error;
    return html`
      <wa-callout variant=${this.variant} role="alert" data-testid="complaint">
        <wa-icon slot="icon" name=${this.variant === 'danger' ? 'error' : 'warning'}></wa-icon>
        ${this.about ? html`<p class="about">${this.about}</p>` : undefined}
        <dl>
          <dt>Got</dt>
          <dd>${got}</dd>
          <dt>Wanted</dt>
          <dd>${wanted}</dd>
          <dt>Fix</dt>
          <dd class="fix">${fix}</dd>
        </dl>
        <slot></slot>
      </wa-callout>
    `;
  }
}
