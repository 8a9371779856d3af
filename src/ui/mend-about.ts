import '@awesome.me/webawesome/dist/components/copy-button/copy-button.js';
import '@awesome.me/webawesome/dist/components/details/details.js';
import '@awesome.me/webawesome/dist/components/drawer/drawer.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { StateController } from './app_state';
import { formatBytes } from './format';
import './mend-complaint';
import { shared } from './shared_styles';

/** Limits worth reading first; the rest stand under them. */
const MAIN_LIMITS = ['maxBufferSize', 'maxStorageBufferBindingSize', 'maxComputeInvocationsPerWorkgroup'];

const CITATION =
  'A. Razdaibiedina, J. Velayutham, M. Modi. Multi-defect microscopy image restoration under limited data conditions. arXiv:1910.14207, 2019.';

/** The device that results come from, and what this program is. */
@customElement('mend-about')
export class MendAbout extends LitElement {
  readonly #app = new StateController(this);

  static override styles = [
    shared,
    css`
      wa-drawer {
        --size: 440px;
      }

      section + section {
        margin-top: 32px;
      }

      h2 {
        margin-bottom: 8px;
      }

      dl {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 4px 16px;
        font-size: 0.875rem;
        line-height: 1.25rem;
      }

      dt {
        color: var(--wa-color-text-quiet);
      }

      dd {
        overflow-wrap: anywhere;
      }

      .limits dl {
        grid-template-columns: minmax(0, 1fr) auto;
        font-size: 0.75rem;
      }

      .limits dt {
        overflow-wrap: anywhere;
      }

      .limits dd {
        text-align: end;
      }

      wa-details {
        margin-top: 16px;
      }

      .cite {
        display: flex;
        align-items: start;
        gap: 8px;
      }
    `,
  ];

  protected override render() {
    return html`
      <wa-drawer label="Device and about" open light-dismiss @wa-after-hide=${this.#closed} data-testid="about">
        <section>
          <h2>Device</h2>
          ${this.#device()}
        </section>
        <section class="small">
          <h2>What this is</h2>
          <p>
            mendscope trains two networks on your micrographs, in this tab, and restores images with them: one model for
            several defects, from few images, paired or not. Everything runs on this computer’s graphics card through WebGPU.
          </p>
        </section>
        <section class="small">
          <h2>The method</h2>
          <div class="cite">
            <p>${CITATION}</p>
            <wa-copy-button value=${CITATION} copy-label="Copy the citation"></wa-copy-button>
          </div>
        </section>
        <section class="small">
          <h2>Care</h2>
          <p>
            A generative network may invent structure. Measure on the original, show the original beside the restoration, and
            say in the methods which model was used: the saved TIFF carries that record.
          </p>
        </section>
      </wa-drawer>
    `;
  }

  #device() {
    const { adapter, noAdapter } = this.#app.state;
    if (noAdapter) return html`<mend-complaint .error=${noAdapter}></mend-complaint>`;
    if (!adapter) return html`<p class="small quiet">No answer from the graphics adapter yet.</p>`;
    const { limits } = adapter;
    const others = Object.keys(limits).filter((name) => !MAIN_LIMITS.includes(name));
    const rows = (names: string[]) =>
      names
        .filter((name) => name in limits)
        .map(
          (name) => html`
            <dt>${name}</dt>
            <dd>${/Size$/.test(name) && limits[name] > 1e5 ? formatBytes(limits[name]) : limits[name].toLocaleString('en')}</dd>
          `,
        );
    return html`
      <dl>
        <dt>Adapter</dt>
        <dd data-testid="adapter-name">${adapter.name}</dd>
        <dt>Kind</dt>
        <dd>${adapter.software ? 'software: right, but slow' : 'graphics hardware'}</dd>
        ${adapter.vendor ? html`<dt>Vendor</dt><dd>${adapter.vendor}</dd>` : nothing}
        ${adapter.architecture ? html`<dt>Architecture</dt><dd>${adapter.architecture}</dd>` : nothing}
        ${adapter.description ? html`<dt>Description</dt><dd>${adapter.description}</dd>` : nothing}
        <dt>Features</dt>
        <dd>${adapter.features.join(', ') || 'none'}</dd>
      </dl>
      <wa-details class="limits" summary="Limits" appearance="outlined">
        <dl class="numbers">${rows(MAIN_LIMITS)}${rows(others)}</dl>
      </wa-details>
    `;
  }

  #closed(event: Event): void {
    if (event.target === event.currentTarget) this.dispatchEvent(new CustomEvent('closed'));
  }
}
