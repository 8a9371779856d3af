import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import '@awesome.me/webawesome/dist/components/progress-bar/progress-bar.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Complaint } from '../training/messages';
import { StateController } from './app_state';
import { formatAgo, formatBytes, plural } from './format';
import './mend-complaint';
import { phaseName } from './planned_phases';
import { isActive } from './run_state';
import { shared } from './shared_styles';
import type { TrainRun } from './train_run';

/** What concerns every page: a software adapter, a run cut off, a model on its way, a link that leads nowhere. */
@customElement('mend-notices')
export class MendNotices extends LitElement {
  readonly #app = new StateController(this);
  @property({ attribute: false }) trainRun!: TrainRun;
  @property({ attribute: false }) linkComplaint: Complaint | undefined;
  @state() private softwareDismissed = sessionStorage.getItem('mendscope-software') === 'understood';

  static override styles = [
    shared,
    css`
      section {
        display: flex;
        flex-direction: column;
        gap: 8px;
        width: 100%;
        max-width: 1536px;
        margin: 0 auto;
        padding: 0 24px;
      }

      section > * {
        margin-top: 16px;
      }

      section > * + * {
        margin-top: 0;
      }

      wa-callout {
        font-size: 0.875rem;
        line-height: 1.25rem;
        padding-block: 8px;
      }

      wa-callout wa-progress-bar {
        margin: 8px 0 4px;
      }

      wa-callout .row {
        gap: 8px 16px;
      }

      wa-callout p {
        flex: 1 1 32ch;
      }

      @media (max-width: 1080px) {
        section {
          padding: 0 16px;
        }
      }
    `,
  ];

  protected override render() {
    const { adapter, saved, run, loadingModel, loadingData } = this.#app.state;
    return html`
      <section aria-label="Notices">
      ${
        adapter?.software && !this.softwareDismissed
          ? html`
            <wa-callout variant="warning" data-testid="software-adapter">
              <wa-icon slot="icon" name="warning"></wa-icon>
              <div class="row">
                <p>
                  <b>${adapter.name} is a software adapter.</b> Results are right, but training takes some hundred times
                  longer than on a graphics card. Keep to the tiny and grid presets here.
                </p>
                <wa-button size="s" appearance="plain" @click=${this.#understood}>Understood</wa-button>
              </div>
            </wa-callout>
          `
          : nothing
      }
      ${
        saved && !isActive(run)
          ? html`
            <wa-callout variant="brand" data-testid="saved-run">
              <wa-icon slot="icon" name="clock"></wa-icon>
              <div class="row">
                <p>
                  <b>A training run was cut off</b> ${formatAgo(Date.now() - saved.savedAt)}, at step ${saved.step} of
                  ${phaseName(saved.phase)} (${saved.taskNames.join(', ')}; preset
                  ${saved.config.preset}). Its last checkpoint and its images are kept here.
                </p>
                <wa-button size="s" variant="brand" data-testid="resume-saved" @click=${this.#resumeSaved}>
                  Resume where it stopped
                </wa-button>
                <wa-button size="s" appearance="plain" @click=${() => this.trainRun.discardSaved()}>Discard</wa-button>
              </div>
            </wa-callout>
          `
          : nothing
      }
      ${
        loadingModel
          ? html`
            <wa-callout variant="brand" data-testid="loading-model">
              <wa-icon slot="icon" name="download"></wa-icon>
              <div class="row">
                <p>
                  Loading the shared model: ${formatBytes(loadingModel.loaded)}${
                    loadingModel.total ? ` of ${formatBytes(loadingModel.total)}` : ''
                  }
                </p>
              </div>
              <wa-progress-bar
                label="Model loaded"
                value=${loadingModel.total ? (100 * loadingModel.loaded) / loadingModel.total : 0}
                ?indeterminate=${!loadingModel.total}
              ></wa-progress-bar>
            </wa-callout>
          `
          : nothing
      }
      ${
        loadingData
          ? html`
            <wa-callout variant="brand" data-testid="loading-data">
              <wa-icon slot="icon" name="download"></wa-icon>
              <div class="row">
                <p class="numbers">
                  Loading the shared data set${
                    loadingData.files > 0
                      ? `: ${loadingData.filesDone} of ${plural(loadingData.files, 'file')}, ${formatBytes(loadingData.bytesDone)} of ${formatBytes(loadingData.bytes)}`
                      : ''
                  }
                </p>
              </div>
              <wa-progress-bar
                label="Data set loaded"
                value=${(100 * loadingData.bytesDone) / (loadingData.bytes || 1)}
                ?indeterminate=${loadingData.files === 0}
              ></wa-progress-bar>
            </wa-callout>
          `
          : nothing
      }
      ${this.linkComplaint ? html`<mend-complaint about="This share link" .error=${this.linkComplaint}></mend-complaint>` : nothing}
      </section>
    `;
  }

  #understood(): void {
    sessionStorage.setItem('mendscope-software', 'understood');
    this.softwareDismissed = true;
  }

  async #resumeSaved(): Promise<void> {
    const { saved } = this.#app.state;
    if (!saved) return;
    location.hash = '#/train';
    await this.trainRun.resumeSaved(saved);
  }
}
