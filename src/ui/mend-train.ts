import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import '@awesome.me/webawesome/dist/components/progress-bar/progress-bar.js';
import '@awesome.me/webawesome/dist/components/switch/switch.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { TrainConfig } from '../training/messages';
import { StateController } from './app_state';
import { complaintOf } from './complaint';
import { download } from './download';
import { formatBytes, formatDuration, plural } from './format';
import './mend-complaint';
import './mend-lineage';
import './mend-loss-chart';
import './mend-no-adapter';
import './mend-plan';
import './mend-preview';
import './mend-start-from';
import './mend-train-settings';
import { modelFileName } from './model_file_name';
import { type PlannedPhase, phaseName, plannedPhases, stepsText } from './planned_phases';
import { isActive, type RunState, type TrainingPhase } from './run_state';
import { shared } from './shared_styles';
import { isReady } from './task_draft';
import type { TrainRun } from './train_run';

const STATUS_TEXT: Record<RunState['status'], string> = {
  idle: 'Ready',
  starting: 'Starting',
  running: 'Training',
  paused: 'Paused',
  stopping: 'Stopping after this step',
  finished: 'Finished',
  failed: 'Stopped by an error',
};

/** Second step: settings on the left, the run on the right. */
@customElement('mend-train')
export class MendTrain extends LitElement {
  readonly #app = new StateController(this);
  @property({ attribute: false }) trainRun!: TrainRun;
  @state() private log = false;
  @query('.checkpoint') private checkpointInput!: HTMLInputElement;

  static override styles = [
    shared,
    css`
      :host {
        --mend-curve: var(--mend-restored);
        --mend-curve-faint: color-mix(in srgb, var(--mend-restored) 32%, transparent);
      }

      .columns {
        display: grid;
        grid-template-columns: 344px minmax(0, 1fr);
        gap: 24px;
        align-items: start;
      }

      .monitor {
        display: flex;
        flex-direction: column;
        gap: 24px;
      }

      .controls {
        gap: 16px;
      }

      .status {
        display: flex;
        align-items: baseline;
        gap: 12px;
      }

      .status b {
        font-size: 1.125rem;
        font-weight: 600;
      }

      .phases {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(240px, 1fr));
        gap: 16px 24px;
        margin-top: 16px;
      }

      .phase-head {
        display: flex;
        justify-content: space-between;
        align-items: baseline;
        gap: 8px;
        margin-bottom: 8px;
      }

      .phase h2 span {
        font-weight: 400;
      }

      .phase-head .numbers {
        white-space: nowrap;
      }

      .phase.now h2 {
        color: var(--wa-color-brand-on-quiet);
      }

      wa-progress-bar {
        --track-height: 8px;
      }

      .split {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(280px, 400px);
        gap: 24px;
        align-items: start;
      }

      .charts {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(240px, 1fr));
        gap: 16px;
      }

      .block {
        display: flex;
        flex-direction: column;
        gap: 12px;
      }

      .block + .block {
        margin-top: 24px;
      }

      .empty {
        display: grid;
        justify-items: center;
        gap: 8px;
        padding: 64px 24px;
        text-align: center;
        border: 1.5px dashed var(--wa-color-neutral-border-normal);
        border-radius: 10px;
      }

      .empty wa-icon {
        font-size: 2rem;
        color: var(--wa-color-text-quiet);
      }

      .empty p {
        max-width: 52ch;
      }

      .data-line {
        display: flex;
        justify-content: space-between;
        gap: 8px;
        padding-bottom: 16px;
        border-bottom: 1px solid var(--wa-color-surface-border);
      }

      @media (max-width: 1240px) {
        .split {
          grid-template-columns: minmax(0, 1fr);
        }
      }

      @media (max-width: 1000px) {
        .columns {
          grid-template-columns: 296px minmax(0, 1fr);
          gap: 16px;
        }

        .card {
          padding: 16px;
        }
      }

      @media (max-width: 720px) {
        .columns,
        .phases {
          grid-template-columns: minmax(0, 1fr);
          gap: 16px;
        }

        .empty {
          padding: 32px 16px;
        }
      }
    `,
  ];

  protected override render() {
    const { noAdapter, run } = this.#app.state;
    const head = html`
      <div class="page-head">
        <h1>Train</h1>
        <p class="lead">
          One network learns to undo all your defects. Where it has no pairs to learn from, they are made of your clean
          images.
        </p>
      </div>
    `;
    if (noAdapter) {
      return html`${head}<mend-no-adapter .error=${noAdapter} @retry=${() => this.trainRun.probe()}></mend-no-adapter>`;
    }
    return html`
      ${head}
      <div class="columns">
        ${this.#settings()}
        <div class="monitor">
          ${this.#controls()} ${run.status === 'idle' ? this.#empty() : this.#curves()}
          <mend-plan .programs=${this.#phases().flatMap(({ name }) => run.plans[name] ?? [])}></mend-plan>
        </div>
      </div>
    `;
  }

  #settings() {
    const { state } = this.#app;
    const { config, presets, run, tasks, resumeFrom, startFrom } = state;
    const images = tasks.reduce((sum, task) => sum + task.defective.length + task.clean.length, 0);
    return html`
      <section class="card stack" aria-label="Settings">
        <div class="data-line small">
          <span>${tasks.length > 0 ? `${plural(tasks.length, 'task')}, ${plural(images, 'image')}` : 'No data yet'}</span>
          <a href="#/data">${tasks.length > 0 ? 'Change' : 'Add data'}</a>
        </div>
        ${
          startFrom
            ? html`
              <mend-start-from
                .model=${startFrom}
                ?adding=${config.addTasks === true}
                @add=${({ detail }: CustomEvent<boolean>) => state.update({ config: { ...config, addTasks: detail } })}
                @anew=${() => state.update({ startFrom: undefined })}
              ></mend-start-from>
            `
            : nothing
        }
        <mend-train-settings
          .config=${config}
          .presets=${presets}
          ?disabled=${isActive(run) || resumeFrom !== undefined}
          ?fixed=${startFrom !== undefined}
          @config=${(event: CustomEvent<TrainConfig>) => state.update({ config: event.detail })}
        ></mend-train-settings>
        ${
          resumeFrom
            ? html`
              <wa-callout variant="brand" size="s" data-testid="resume-file">
                <wa-icon slot="icon" name="clock"></wa-icon>
                <p>
                  Starts from <b>${resumeFrom.name}</b> (after ${stepsText(resumeFrom.info.steps)} steps), with the
                  settings kept in it.
                </p>
                <wa-button size="xs" appearance="plain" @click=${() => state.update({ resumeFrom: undefined })}>
                  Start anew instead
                </wa-button>
              </wa-callout>
            `
            : html`
              <wa-button
                size="s"
                appearance="outlined"
                ?disabled=${isActive(run)}
                @click=${() => this.checkpointInput.click()}
              >
                <wa-icon slot="start" name="upload"></wa-icon>Resume from a checkpoint file
              </wa-button>
            `
        }
        <input
          class="checkpoint"
          type="file"
          hidden
          accept=".safetensors"
          aria-label="Checkpoint file"
          data-testid="checkpoint-input"
          @change=${this.#checkpointPicked}
        />
      </section>
    `;
  }

  #controls() {
    const { run, adapter, tasks, loadingData, startFrom } = this.#app.state;
    const active = isActive(run);
    const ready = isReady(tasks) && !loadingData;
    return html`
      <section class="card" aria-label="Run" data-testid="run" data-status=${run.status}>
        <div class="row spread controls">
          <div>
            <p class="status" role="status">
              <b>${run.result && !run.result.finished ? 'Stopped early' : STATUS_TEXT[run.status]}</b>
              <span class="quiet numbers">${run.secondsLeft === undefined ? '' : `${formatDuration(run.secondsLeft)} left`}</span>
            </p>
            <p class="small quiet">
              ${adapter ? `on ${adapter.name}${adapter.software ? ', a software adapter' : ''}` : 'asking for an adapter'}${
                run.startedFrom ? html`, further from <b>${run.startedFrom}</b>` : nothing
              }
            </p>
          </div>
          <div class="row">
            ${
              active
                ? html`
                  ${
                    run.status === 'paused'
                      ? html`
                        <wa-button variant="brand" data-testid="train-resume" @click=${() => this.trainRun.resume()}>
                          <wa-icon slot="start" name="play"></wa-icon>Resume
                        </wa-button>
                      `
                      : html`
                        <wa-button
                          appearance="outlined"
                          ?disabled=${run.status !== 'running'}
                          data-testid="train-pause"
                          @click=${() => this.trainRun.pause()}
                        >
                          <wa-icon slot="start" name="pause"></wa-icon>Pause
                        </wa-button>
                      `
                  }
                  <wa-button
                    appearance="outlined"
                    variant="danger"
                    ?disabled=${run.status === 'stopping'}
                    data-testid="train-stop"
                    @click=${() => this.trainRun.stop()}
                  >
                    <wa-icon slot="start" name="stop"></wa-icon>Stop
                  </wa-button>
                `
                : html`
                  <wa-button variant="brand" ?disabled=${!ready} data-testid="train-start" @click=${() => this.trainRun.start()}>
                    <wa-icon slot="start" name="play"></wa-icon>${startFrom ? 'Train further' : run.status === 'idle' ? 'Start training' : 'Train again'}
                  </wa-button>
                `
            }
            <wa-button
              appearance="outlined"
              title="Weights, optimiser, random state and place in the data, in one safetensors file"
              ?disabled=${!active && !run.checkpoint}
              data-testid="checkpoint-download"
              @click=${() => this.trainRun.downloadCheckpoint()}
            >
              <wa-icon slot="start" name="download"></wa-icon>Checkpoint
            </wa-button>
          </div>
        </div>
        ${run.status === 'idle' ? nothing : html`<div class="phases">${this.#phases().map((phase, i) => this.#phase(phase, i === 0))}</div>`}
        ${run.complaint ? this.#failed() : nothing} ${run.result ? this.#finished() : nothing}
      </section>
    `;
  }

  #phases(): PlannedPhase[] {
    const { config, presets } = this.#app.state;
    return plannedPhases(
      config,
      presets.find((info) => info.name === config.preset),
    );
  }

  #phase({ name, title, text, steps: planned }: PlannedPhase, first: boolean) {
    const { run } = this.#app.state;
    const order = this.#phases().map((phase) => phase.name);
    // A run that goes on from a checkpoint of a later phase never reports the earlier ones.
    const reached = run.phase === undefined || run.phase === 'compiling' ? -1 : order.indexOf(run.phase);
    const before = !run.progress[name] && order.indexOf(name) < reached;
    const progress = run.progress[name] ?? (before && planned ? { step: planned, steps: planned } : undefined);
    const now = run.phase === name && isActive(run);
    const compiling = (run.phase === 'compiling' || run.status === 'starting') && !progress && first;
    const compiled = run.progress.compiling;
    return html`
      <div class="phase ${now ? 'now' : ''}">
        <div class="phase-head">
          <h2 class="minor">${title} <span class="quiet small">${text}</span></h2>
          <span class="small quiet numbers" data-testid="progress-${name}">
            ${
              compiling
                ? compiled
                  ? `compiling ${compiled.step} of ${compiled.steps}`
                  : 'compiling'
                : `${progress?.step ?? 0} / ${progress?.steps ?? planned ?? '–'}`
            }
          </span>
        </div>
        <wa-progress-bar
          label="${title} progress"
          ?indeterminate=${compiling && isActive(run)}
          value=${progress ? (100 * progress.step) / progress.steps : 0}
        ></wa-progress-bar>
      </div>
    `;
  }

  #failed() {
    const { run } = this.#app.state;
    return html`
      <mend-complaint style="margin-top: 24px" .error=${run.complaint?.error}>
        ${
          run.checkpoint
            ? html`
              <wa-button size="s" variant="brand" data-testid="resume-failed" @click=${() => this.trainRun.resumeFailed()}>
                Resume from step ${run.checkpoint.step} of ${phaseName(run.checkpoint.phase)}
              </wa-button>
            `
            : nothing
        }
      </mend-complaint>
    `;
  }

  #finished() {
    const { run } = this.#app.state;
    const result = run.result;
    if (!result) return nothing;
    return html`
      <wa-callout variant="success" style="margin-top: 24px" data-testid="train-done">
        <wa-icon slot="icon" name="check"></wa-icon>
        <div class="row spread">
          <p>
            <b>${result.finished ? 'The model is trained' : 'The run was stopped early, and the model as it stood is'}</b>
            ${result.finished ? 'and in use' : 'in use'} on the Restore page.
            ${result.info.madeFrom ? html`<br /><mend-lineage .ancestors=${result.info.madeFrom}></mend-lineage>` : nothing}
          </p>
          <div class="row">
            <wa-button size="s" appearance="outlined" data-testid="model-download" @click=${this.#downloadModel}>
              <wa-icon slot="start" name="download"></wa-icon>Model, ${formatBytes(result.model.byteLength)}
            </wa-button>
            <wa-button size="s" variant="success" href="#/restore" data-testid="to-restore">
              Restore images<wa-icon slot="end" name="arrow-right"></wa-icon>
            </wa-button>
          </div>
        </div>
      </wa-callout>
    `;
  }

  #empty() {
    const { tasks } = this.#app.state;
    return html`
      <section class="empty">
        <wa-icon name="train"></wa-icon>
        <h2>${tasks.length > 0 ? 'Loss curves and live previews will stand here' : 'There is nothing to train on yet'}</h2>
        <p class="small quiet">
          ${
            tasks.length > 0
              ? 'Training runs in a thread of its own: you may leave this page for another step, but keep the tab open. Checkpoints are kept in this browser every two minutes.'
              : 'Add your images or take an example on the Data page first.'
          }
        </p>
        ${tasks.length > 0 ? nothing : html`<wa-button size="s" variant="brand" href="#/data">Go to Data</wa-button>`}
      </section>
    `;
  }

  #curves() {
    const { run } = this.#app.state;
    const withLosses = this.#phases().filter(({ name }) => run.losses[name].steps.length > 0);
    return html`
      <div class="split">
        <section aria-labelledby="curves">
          <div class="row spread" style="margin-bottom: 16px">
            <h2 id="curves">Losses</h2>
            <wa-switch size="s" ?checked=${this.log} data-testid="log-scale" @change=${this.#toggleLog}>Logarithmic</wa-switch>
          </div>
          ${
            withLosses.length === 0
              ? html`<p class="small quiet">The first values come once the networks are compiled.</p>`
              : withLosses.reverse().map(({ name, title }) => this.#charts(name, title))
          }
        </section>
        <section aria-labelledby="preview">
          <div class="row spread" style="margin-bottom: 16px">
            <h2 id="preview">Preview</h2>
            <span class="small quiet numbers">${this.#previewText()}</span>
          </div>
          ${
            run.preview
              ? html`<mend-preview .preview=${run.preview}></mend-preview>`
              : html`<p class="small quiet">A few patches as the networks see them, refreshed as they learn.</p>`
          }
        </section>
      </div>
    `;
  }

  #charts(name: TrainingPhase, title: string) {
    const { steps, terms } = this.#app.state.run.losses[name];
    return html`
      <div class="block">
        <h3 class="eyebrow">${title}</h3>
        <div class="charts">
          ${repeat(
            Object.entries(terms),
            ([term]) => term,
            ([term, values]) => html`
              <mend-loss-chart
                .term=${term}
                .steps=${steps}
                .values=${values}
                .revision=${steps.length}
                ?log=${this.log}
              ></mend-loss-chart>
            `,
          )}
        </div>
      </div>
    `;
  }

  #previewText(): string {
    const { preview } = this.#app.state.run;
    const shown = this.#phases().find(({ name }) => name === preview?.phase);
    return preview && shown ? `${shown.title}, step ${preview.step}` : '';
  }

  #toggleLog(event: Event): void {
    this.log = (event.target as HTMLInputElement).checked;
  }

  #downloadModel(): void {
    const { result } = this.#app.state.run;
    if (result) download(result.model, modelFileName(result.info.tasks.map((task) => task.name)));
  }

  async #checkpointPicked(event: Event): Promise<void> {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    input.value = '';
    if (!file) return;
    const { state } = this.#app;
    const bytes = await file.arrayBuffer();
    try {
      const info = await this.trainRun.inspect(bytes);
      if (info.kind !== 'checkpoint' || !info.config) {
        state.notify(`${file.name} is a finished model, not a checkpoint. Open it on the Restore page.`, 'warning');
        return;
      }
      // No checkpoint holds φ's weights: a file chosen before stays.
      const config = { ...info.config, phi: state.config.phi };
      state.update({ resumeFrom: { name: file.name, bytes, info }, startFrom: undefined, config });
    } catch (error) {
      const { got, fix } = complaintOf(error, 'a mendscope checkpoint', 'Choose a checkpoint that this page saved.');
      state.notify(`${file.name}: got ${got}. ${fix}`, 'danger');
    }
  }
}
