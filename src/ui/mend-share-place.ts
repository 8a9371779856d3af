import '@awesome.me/webawesome/dist/components/checkbox/checkbox.js';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { LIFETIMES, type Lifetime, type LinkTerms, QUIET_TERMS, termsText } from './link_terms';
import type { OwnCollection } from './publish';
import { shared } from './shared_styles';

/** What the user chose. `series` is '' for a publication of its own, undefined before any choice. */
export interface Place {
  series: string | undefined;
  terms: LinkTerms;
}

export const NEW_PLACE: Place = { series: undefined, terms: QUIET_TERMS };

/** Where a publication goes: a new one on terms to choose, or a version more of a series, on that one's. */
@customElement('mend-share-place')
export class MendSharePlace extends LitElement {
  /** Series that a version can be added to. */
  @property({ attribute: false }) own: OwnCollection[] = [];
  @property({ attribute: false }) series: OwnCollection | undefined;
  @property({ attribute: false }) terms: LinkTerms = QUIET_TERMS;
  @property({ type: Boolean }) disabled = false;
  /** Begins the test ids. */
  @property() ids = '';

  static override styles = [
    shared,
    css`
      .terms {
        display: grid;
        grid-template-columns: minmax(0, 176px) minmax(0, 1fr);
        gap: 12px 24px;
        align-items: start;
      }

      wa-checkbox {
        justify-self: start;
        /* In line with the field beside it, whose label stands above it. */
        margin-top: 28px;
      }

      @media (max-width: 720px) {
        .terms {
          grid-template-columns: minmax(0, 1fr);
        }

        wa-checkbox {
          margin-top: 0;
        }
      }
    `,
  ];

  protected override render() {
    return html`<div class="stack">${this.own.length > 0 ? this.#as() : nothing} ${this.series ? nothing : this.#terms()}</div>`;
  }

  #as() {
    const { own, series } = this;
    const kept = series && `Earlier links stay as they are. Its series is ${termsText(series, Date.now())}.`;
    return html`
      <wa-select
        size="s"
        label="As"
        hint=${kept ?? ''}
        .value=${series?.collection ?? ''}
        ?disabled=${this.disabled}
        data-testid="${this.ids}-series"
        @change=${(event: Event) => this.#change({ series: (event.target as HTMLSelectElement).value })}
      >
        <wa-option value="">A new publication</wa-option>
        ${own.map(
          ({ collection, title }) => html`<wa-option value=${collection}>A new version of “${title}”</wa-option>`,
        )}
      </wa-select>
    `;
  }

  #terms() {
    return html`
      <div class="terms">
        <wa-select
          size="s"
          label="Link expires"
          .value=${this.terms.lifetime}
          ?disabled=${this.disabled}
          data-testid="${this.ids}-expires"
          @change=${(event: Event) => {
            const lifetime = (event.target as HTMLSelectElement).value as Lifetime;
            this.#change({ terms: { ...this.terms, lifetime } });
          }}
        >
          ${LIFETIMES.map(({ value, text }) => html`<wa-option value=${value}>${text}</wa-option>`)}
        </wa-select>
        <wa-checkbox
          size="s"
          hint="Else only those see it whom you give the link."
          ?checked=${this.terms.listed}
          ?disabled=${this.disabled}
          data-testid="${this.ids}-listed"
          @change=${(event: Event) => {
            this.#change({ terms: { ...this.terms, listed: (event.target as HTMLInputElement).checked } });
          }}
        >
          List in the public gallery
        </wa-checkbox>
      </div>
    `;
  }

  #change(change: Partial<Place>): void {
    const detail: Place = { series: this.series?.collection ?? '', terms: this.terms, ...change };
    this.dispatchEvent(new CustomEvent<Place>('place', { detail }));
  }
}
