import '@awesome.me/webawesome/dist/components/qr-code/qr-code.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { termsText } from './link_terms';
import './mend-share-address';
import type { PublishedItem } from './autosave';
import { editLinkOf } from './publish';
import { shared } from './shared_styles';

/** The links of what was published, to pass on and to keep. */
@customElement('mend-share-result')
export class MendShareResult extends LitElement {
  @property() link = '';
  /** What the link always shows: `these very weights`. */
  @property() what = '';
  /** Where it was published from this browser. */
  @property({ attribute: false }) own: PublishedItem | undefined;
  /** Begins the test ids of the links, where there are others on the page. */
  @property() ids = '';

  static override styles = [
    shared,
    css`
      .result {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 24px;
        align-items: center;
      }

      .qr {
        padding: 12px;
        background: #fff;
        border: 1px solid var(--wa-color-surface-border);
        border-radius: 8px;
        line-height: 0;
        /* Dark on white in both schemes, or no camera reads it. */
        color: #10151a;
      }

      .edit {
        display: flex;
        flex-direction: column;
        gap: 8px;
      }

      @media (max-width: 720px) {
        .result {
          grid-template-columns: minmax(0, 1fr);
          justify-items: start;
        }

        .result > .stack {
          width: 100%;
        }
      }
    `,
  ];

  protected override render() {
    const { link, own, ids } = this;
    const editLink = own && editLinkOf(own);
    return html`
      <div class="result">
        <div class="stack">
          <mend-share-address url=${link} name="${ids}share-link"></mend-share-address>
          <p class="small quiet">
            It always shows ${this.what}: a new version gets a new link.
            ${
              own
                ? html`
                  This is version <span data-testid="${ids}share-number">${own.number ?? 1}</span> of
                  <a href="/c/${own.collection}" data-testid="${ids}collection-link">its collection</a>:
                  <span data-testid="${ids}share-terms">${termsText(own, Date.now())}</span>.
                `
                : nothing
            }
          </p>
          ${
            editLink
              ? html`
                <div class="edit">
                  <h3>Your edit link</h3>
                  <mend-share-address
                    url=${editLink}
                    label="Copy the edit link"
                    name="${ids}edit-link"
                  ></mend-share-address>
                  <p class="small quiet">
                    Whoever holds it may change or delete the publication. It is kept in this browser only.
                  </p>
                </div>
              `
              : nothing
          }
        </div>
        <div class="qr">
          <wa-qr-code value=${link} fill="#10151a" background="#ffffff" size="144" label="QR code of the link"></wa-qr-code>
        </div>
      </div>
    `;
  }
}
