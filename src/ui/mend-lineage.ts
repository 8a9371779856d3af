import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Ancestor } from '../training/messages';
import { plural } from './format';
import { stepsText } from './planned_phases';
import { shared } from './shared_styles';

/** What a model was trained further from; the nearest by name, those before it by number. */
@customElement('mend-lineage')
export class MendLineage extends LitElement {
  @property({ attribute: false }) ancestors: Ancestor[] = [];

  static override styles = [
    shared,
    css`
      :host {
        display: inline;
      }
    `,
  ];

  protected override render() {
    const [parent, ...earlier] = this.ancestors;
    if (!parent) return nothing;
    const { name, sharedId, sha256, steps } = parent;
    const before = earlier.map((ancestor) => ancestor.name).join(' ← ');
    return html`
      <span data-testid="lineage" title="SHA-256 of its file: ${sha256}; ${stepsText(steps)} steps">
        Trained further from
        ${sharedId ? html`<a href="/m/${sharedId}" data-testid="lineage-link">${name}</a>` : html`<b>${name}</b>`}${
          earlier.length > 0
            ? html`, <span title=${before}>${plural(earlier.length, 'model')} before it</span>`
            : nothing
        }
      </span>
    `;
  }
}
