import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import '@awesome.me/webawesome/dist/components/progress-bar/progress-bar.js';
import '@awesome.me/webawesome/dist/components/switch/switch.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { BenchReport, BenchRow, FromBenchThread } from '../bench/messages';
import { startBenchmark } from '../bench/thread_client';
import type { Complaint } from '../training/messages';
import { StateController } from './app_state';
import { reportOfText, reportToText } from './bench_link';
import { download } from './download';
import './mend-bench-table';
import './mend-complaint';
import './mend-share-address';
import { isActive } from './run_state';
import { shared } from './shared_styles';

const ROUNDS = { software: 3, hardware: 7 };

interface Running {
  cases: string[];
  rows: BenchRow[];
  adapter: { name: string; software: boolean } | undefined;
}

/** The repository's own benchmark on the visitor's device; a report can be passed on as a link. */
@customElement('mend-benchmark')
export class MendBenchmark extends LitElement {
  readonly #app = new StateController(this);
  @state() private report: BenchReport | undefined;
  /** The report came by a link. */
  @state() private isShared = false;
  @state() private running: Running | undefined;
  @state() private whole: boolean | undefined;
  @state() private complaint: Complaint | undefined;
  #stop: (() => void) | undefined;

  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: 24px;
      }

      .page-head {
        margin: 0;
      }

      .run {
        display: grid;
        gap: 16px;
      }

      .buttons {
        gap: 8px 16px;
      }

      .run p[role] {
        margin-top: 8px;
      }

      .figures {
        display: flex;
        flex-wrap: wrap;
        gap: 16px 40px;
      }

      .figures dt {
        font-size: 0.8125rem;
        line-height: 1.25rem;
        color: var(--wa-color-text-quiet);
      }

      .figures dd {
        font-size: 1.125rem;
        line-height: 1.75rem;
        font-weight: 600;
      }

      @media (max-width: 640px) {
        .card {
          padding: 16px;
        }
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('hashchange', this.#readLink);
    this.#readLink();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('hashchange', this.#readLink);
    this.#end();
  }

  #readLink = (): void => {
    const [, text] = /^#\/benchmark\?report=(.*)$/.exec(location.hash) ?? [];
    if (text === undefined) return;
    try {
      this.report = reportOfText(text);
      this.isShared = true;
      this.complaint = undefined;
    } catch (error) {
      const got = error instanceof Error ? error.message : String(error);
      this.complaint = { got, wanted: 'a link as this page makes it', fix: 'Ask the sender to copy the link again.' };
    }
  };

  protected override render() {
    return html`
      <div class="page-head">
        <h1>Benchmark</h1>
        <p class="lead">
          The suite that this program is developed with, on your own device: convolutions, norms, training steps and
          restorations. Each result is checked before it is timed; each time is a median over rounds that alternate with the
          device’s own multiply-add and copy rates, so that “of peak” holds on a busy machine too.
        </p>
      </div>
      ${this.#control()}
      ${this.complaint ? html`<mend-complaint about="The benchmark" .error=${this.complaint}></mend-complaint>` : nothing}
      ${this.report && !this.running ? this.#result(this.report) : nothing}
      ${this.running && this.running.rows.length > 0 ? html`<mend-bench-table .rows=${this.running.rows}></mend-bench-table>` : nothing}
    `;
  }

  #control() {
    const { adapter, noAdapter, run } = this.#app.state;
    if (noAdapter) return html`<mend-complaint about="This browser" .error=${noAdapter}></mend-complaint>`;
    const training = isActive(run);
    const whole = this.#isWhole();
    const { running } = this;
    return html`
      <section class="card run" aria-label="Run" data-testid="bench" data-status=${running ? 'running' : this.report ? 'done' : 'idle'}>
        <div class="row spread">
          <div>
            <h2>${adapter ? adapter.name : 'Asking for an adapter'}</h2>
            <p class="small quiet">
              ${
                adapter?.software
                  ? 'A software adapter: the figures tell how fast the processor is, not a graphics card.'
                  : 'As the browser names it.'
              }
              ${training ? 'A training run is under way, which would slow it down: wait for its end.' : ''}
            </p>
          </div>
          <div class="row buttons">
            <wa-switch
              size="s"
              ?checked=${whole}
              .checked=${whole}
              ?disabled=${running !== undefined}
              data-testid="bench-whole"
              @change=${(event: Event) => {
                this.whole = (event.target as HTMLInputElement).checked;
              }}
              >Large cases too</wa-switch
            >
            ${
              running
                ? html`
                  <wa-button appearance="outlined" variant="danger" data-testid="bench-stop" @click=${this.#end}>
                    <wa-icon slot="start" name="stop"></wa-icon>Stop
                  </wa-button>
                `
                : html`
                  <wa-button variant="brand" ?disabled=${!adapter || training} data-testid="bench-start" @click=${this.#start}>
                    <wa-icon slot="start" name="play"></wa-icon>${this.isShared ? 'Measure this device' : this.report ? 'Measure again' : 'Measure'}
                  </wa-button>
                `
            }
          </div>
        </div>
        ${running ? this.#progress(running) : nothing}
      </section>
    `;
  }

  #progress({ cases, rows }: Running) {
    const now = cases[rows.length];
    return html`
      <div>
        <wa-progress-bar
          label="Cases measured"
          value=${cases.length > 0 ? (100 * rows.length) / cases.length : 0}
          ?indeterminate=${rows.length === 0}
        ></wa-progress-bar>
        <p class="small quiet numbers" role="status" data-testid="bench-progress">
          ${now ? `${rows.length} of ${cases.length} measured; now ${now}` : 'Starting'}
        </p>
      </div>
    `;
  }

  #result(report: BenchReport) {
    const link = `${location.origin}/#/benchmark?report=${reportToText(report)}`;
    return html`
      <section class="card stack" aria-labelledby="result" data-testid="bench-result">
        <h2 id="result">
          ${report.adapter}${report.software ? html`, <span data-testid="bench-software">a software adapter</span>` : nothing}
        </h2>
        <dl class="figures numbers">
          <div>
            <dt>Multiply-add peak</dt>
            <dd>${report.peakGflops.toFixed(1)} GFLOP/s</dd>
          </div>
          <div>
            <dt>Copy</dt>
            <dd>${report.copyGbytes.toFixed(1)} GB/s</dd>
          </div>
          <div>
            <dt>Measured</dt>
            <dd>${report.date}${this.isShared ? ', elsewhere' : ''}</dd>
          </div>
          <div>
            <dt>Rounds</dt>
            <dd>${report.rounds}</dd>
          </div>
        </dl>
        <mend-share-address url=${link} name="bench-link"></mend-share-address>
        <div class="row">
          <span class="small quiet">The link holds the whole report; nothing is uploaded.</span>
          <wa-button size="s" appearance="outlined" data-testid="bench-copy" @click=${() => this.#copy(report)}>
            <wa-icon slot="start" name="copy"></wa-icon>Copy JSON
          </wa-button>
          <wa-button size="s" appearance="outlined" data-testid="bench-download" @click=${() => this.#save(report)}>
            <wa-icon slot="start" name="download"></wa-icon>Save JSON
          </wa-button>
        </div>
      </section>
      <mend-bench-table .rows=${report.rows}></mend-bench-table>
    `;
  }

  /** Large cases take minutes on a processor: there they wait to be asked for. */
  #isWhole(): boolean {
    return this.whole ?? this.#app.state.adapter?.software === false;
  }

  #start(): void {
    const software = this.#app.state.adapter?.software ?? true;
    this.complaint = undefined;
    this.running = { cases: [], rows: [], adapter: undefined };
    const rounds = software ? ROUNDS.software : ROUNDS.hardware;
    this.#stop = startBenchmark({ rounds, quick: !this.#isWhole(), only: onlyOf(location.hash) }, (message) =>
      this.#hear(message),
    );
  }

  #hear(message: FromBenchThread): void {
    if (!this.running) return;
    switch (message.kind) {
      case 'started':
        this.running = {
          ...this.running,
          cases: message.cases,
          adapter: { name: message.adapter, software: message.software },
        };
        return;
      case 'row':
        this.running = { ...this.running, rows: [...this.running.rows, message.row] };
        return;
      case 'report':
        this.report = message.report;
        this.isShared = false;
        break;
      case 'error':
        this.complaint = {
          got: message.message,
          wanted: 'a device that runs every case',
          fix: 'Reload the page and try again.',
        };
    }
    this.#end();
  }

  #end = (): void => {
    this.#stop?.();
    this.#stop = undefined;
    this.running = undefined;
  };

  async #copy(report: BenchReport): Promise<void> {
    await navigator.clipboard.writeText(JSON.stringify(report, undefined, 1));
    this.#app.state.notify('The report is in the clipboard.', 'success');
  }

  #save(report: BenchReport): void {
    const bytes = new TextEncoder().encode(JSON.stringify(report, undefined, 1));
    download(bytes, `mendscope-benchmark-${report.date}.json`, 'application/json');
  }
}

/** `#/benchmark?only=conv` measures the cases whose name contains it. */
function onlyOf(hash: string): string {
  return new URLSearchParams(hash.split('?')[1] ?? '').get('only') ?? '';
}
