import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import '@awesome.me/webawesome/dist/components/input/input.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Complaint } from '../training/messages';
import { StateController } from './app_state';
import { complaintOf } from './complaint';
import { formatCount } from './format';
import './mend-complaint';
import './mend-lineage';
import { methodsText } from './methods_text';
import { stepsText } from './planned_phases';
import type { RestoreRun } from './restore_run';
import { sharedOf } from './routes';
import { isActive } from './run_state';
import { shared } from './shared_styles';
import { fetchStarter, STARTER_NAME } from './starter_model';

/** The model in use, what it says of itself, and the ways to another one. */
@customElement('mend-model-card')
export class MendModelCard extends LitElement {
  readonly #app = new StateController(this);
  @property({ attribute: false }) restoreRun!: RestoreRun;
  @state() private complaint: { about: string; error: Complaint } | undefined;
  @state() private linkOpen = false;
  @state() private fetching = false;
  @query('.model-file') private modelInput!: HTMLInputElement;
  @query('.link') private linkInput!: HTMLInputElement;

  static override styles = [
    shared,
    css`
      .card {
        padding: 16px;
      }

      dl {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 4px 12px;
        font-size: 0.8125rem;
        line-height: 1.25rem;
      }

      dt {
        color: var(--wa-color-text-quiet);
      }

      dd {
        overflow-wrap: anywhere;
      }
    `,
  ];

  protected override render() {
    const { model } = this.#app.state;
    return html`
      <section class="card stack model" aria-label="Model" data-testid="model" data-origin=${model?.origin ?? 'none'}>
        <h2>Model</h2>
        ${
          model
            ? html`
              <dl class="numbers">
                <dt>Name</dt>
                <dd>${model.name}</dd>
                <dt>Mends</dt>
                <dd>${model.info.tasks.map((task) => task.name).join(', ')}</dd>
                <dt>Size</dt>
                <dd>${model.info.preset}, ${formatCount(model.info.parameters)} weights</dd>
                <dt>Trained</dt>
                <dd>
                  ${stepsText(model.info.steps)} steps on ${model.info.adapter},
                  ${model.info.created.slice(0, 10)}
                </dd>
                ${
                  model.info.madeFrom
                    ? html`
                      <dt>Lineage</dt>
                      <dd><mend-lineage .ancestors=${model.info.madeFrom}></mend-lineage></dd>
                    `
                    : nothing
                }
                <dt>Scaling</dt>
                <dd>percentiles ${model.info.normalisation.low} and ${model.info.normalisation.high} of each image</dd>
              </dl>
            `
            : html`
              <p class="small quiet">
                No model yet. <a href="#/train">Train one</a>, open the file of one, or paste a link that somebody shared.
              </p>
              <p class="small quiet">
                For a first look there is a small starter model. It has seen computer-made nuclei and filaments only,
                blurred along z, noisy or hazy: see what restoring is like with it, and measure with one of your own.
              </p>
              <wa-button
                size="s"
                variant="brand"
                appearance="outlined"
                ?loading=${this.fetching}
                data-testid="model-starter"
                @click=${this.#takeStarter}
              >
                Try the starter model
              </wa-button>
            `
        }
        <div class="row">
          <wa-button size="s" appearance="outlined" @click=${() => this.modelInput.click()}>
            <wa-icon slot="start" name="file"></wa-icon>Open file
          </wa-button>
          <wa-button size="s" appearance="outlined" data-testid="model-from-link" @click=${() => (this.linkOpen = true)}>
            <wa-icon slot="start" name="link"></wa-icon>From link
          </wa-button>
          ${
            model
              ? html`
                <wa-button
                  size="s"
                  appearance="outlined"
                  title="Begin a training run with this model’s weights"
                  ?disabled=${isActive(this.#app.state.run)}
                  data-testid="continue-training"
                  @click=${this.#trainFurther}
                >
                  <wa-icon slot="start" name="fork"></wa-icon>Continue training
                </wa-button>
                <wa-button size="s" appearance="plain" title="A paragraph for a methods section" @click=${this.#copyMethods}>
                  <wa-icon slot="start" name="copy"></wa-icon>Methods text
                </wa-button>
              `
              : nothing
          }
        </div>
        <input
          class="model-file"
          type="file"
          hidden
          accept=".safetensors"
          aria-label="Model file"
          data-testid="model-input"
          @change=${this.#modelPicked}
        />
        ${
          this.complaint
            ? html`<mend-complaint about=${this.complaint.about} .error=${this.complaint.error}></mend-complaint>`
            : nothing
        }
      </section>
      ${this.#linkDialog()}
    `;
  }

  async #takeStarter(): Promise<void> {
    this.complaint = undefined;
    this.fetching = true;
    try {
      await this.restoreRun.load(await fetchStarter(), STARTER_NAME, 'file');
    } catch (error) {
      this.complaint = { about: 'starter model', error: complaintOf(error, 'its file', 'Reload the page.') };
    } finally {
      this.fetching = false;
    }
  }

  /** With the preset's own steps and weights, unless this preset is chosen already. */
  #trainFurther(): void {
    const { state } = this.#app;
    const { model, config } = state;
    if (!model) return;
    const { preset } = model.info;
    const own = config.preset === preset ? config : { preset, seed: config.seed };
    state.update({ startFrom: model, resumeFrom: undefined, config: own });
    location.hash = '#/train';
  }

  async #copyMethods(): Promise<void> {
    const { state } = this.#app;
    if (!state.model) return;
    await navigator.clipboard.writeText(methodsText(state.model.info));
    state.notify('A paragraph for your methods section is in the clipboard.', 'success');
  }

  #linkDialog() {
    return html`
      <wa-dialog label="Load a shared model" ?open=${this.linkOpen} @wa-after-hide=${() => (this.linkOpen = false)}>
        <wa-input
          class="link"
          label="Share link"
          placeholder="${location.origin}/m/…"
          hint="Only the model is fetched, from the page that you are on. Nothing is uploaded."
          autofocus
          @keydown=${(event: KeyboardEvent) => event.key === 'Enter' && this.#openLink()}
        ></wa-input>
        <wa-button slot="footer" appearance="plain" data-dialog="close">Cancel</wa-button>
        <wa-button slot="footer" variant="brand" @click=${this.#openLink}>Load</wa-button>
      </wa-dialog>
    `;
  }

  #openLink(): void {
    const text = this.linkInput.value.trim();
    const url = URL.canParse(text, location.origin) ? new URL(text, location.origin) : undefined;
    const shared = url ? sharedOf(url.pathname) : undefined;
    if (!url || !shared || url.origin !== location.origin) {
      this.linkInput.setCustomValidity(`A link of this page looks like ${location.origin}/m/…`);
      this.linkInput.reportValidity();
      return;
    }
    this.linkOpen = false;
    location.assign(`${url.pathname}${url.search}`);
  }

  async #modelPicked(event: Event): Promise<void> {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    input.value = '';
    if (!file) return;
    this.complaint = undefined;
    try {
      await this.restoreRun.load(await file.arrayBuffer(), file.name.replace(/\.safetensors$/, ''), 'file');
      this.#app.state.notify(`${file.name} is in use.`, 'success');
    } catch (error) {
      const wanted = 'a model that mendscope trained';
      this.complaint = { about: file.name, error: complaintOf(error, wanted, 'Choose another file.') };
    }
  }
}
