import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Plane } from '../imaging/image';
import type { Metric } from '../imaging/metrics';
import { type ScoreRow, scoreRows } from './scores';
import { shared } from './shared_styles';

/** Pixels of a plane that is scored without being asked. */
const AT_ONCE = 2 ** 21;

const METRIC_TEXT: Record<Metric, string> = {
  care: 'CARE: affine fit to the truth’s percentiles',
  paper: 'Paper: each scaled by its own extremes',
  raw: 'Raw: as they are, range of the truth',
};

/** PSNR, SSIM and NRMSE of the plane on show, beside the untouched input and a tuned Gaussian. */
@customElement('mend-scores')
export class MendScores extends LitElement {
  @property({ attribute: false }) planes: Partial<Record<'input' | 'restored' | 'truth', Plane>> = {};
  @state() private metric: Metric = 'care';
  @state() private rows: ScoreRow[] = [];
  @state() private problem = '';
  /** A large plane takes a while and stops the page for it: only when asked. */
  @state() private asked: Plane | undefined;
  #job = 0;

  static override styles = [
    shared,
    css`
      th,
      td {
        padding: 4px 0 4px 8px;
        text-align: end;
        white-space: nowrap;
      }

      th:first-child,
      td:first-child {
        padding-inline-start: 0;
        text-align: start;
        white-space: normal;
      }

      .best td {
        font-weight: 600;
      }

      wa-select {
        margin-bottom: 8px;
      }
    `,
  ];

  protected override willUpdate(changed: PropertyValues): void {
    const { input } = this.planes;
    const small = input !== undefined && input.data.length <= AT_ONCE;
    if (changed.has('planes') || changed.has('metric') || changed.has('asked')) {
      if (small || (input !== undefined && this.asked === input)) this.#compute();
      else this.rows = [];
    }
  }

  /** After the picture is drawn: the scores of a large plane take a moment. */
  #compute(): void {
    const job = ++this.#job;
    const { input, restored, truth } = this.planes;
    if (!input || !truth) return;
    setTimeout(() => {
      if (job !== this.#job) return;
      try {
        this.rows = scoreRows(input, restored, truth, this.metric);
        this.problem = '';
      } catch (error) {
        this.rows = [];
        this.problem = error instanceof Error ? error.message : String(error);
      }
    }, 50);
  }

  protected override render() {
    const best = Math.max(...this.rows.map(({ score }) => score.psnr));
    return html`
      <wa-select
        size="s"
        label="Scores of this plane"
        .value=${this.metric}
        data-testid="metric"
        @change=${(event: Event) => {
          this.metric = (event.target as HTMLInputElement).value as Metric;
        }}
      >
        ${Object.entries(METRIC_TEXT).map(([metric, text]) => html`<wa-option value=${metric}>${text}</wa-option>`)}
      </wa-select>
      ${
        this.planes.input && this.planes.input.data.length > AT_ONCE && this.asked !== this.planes.input
          ? html`
            <wa-button size="s" appearance="outlined" @click=${() => (this.asked = this.planes.input)}>
              Compute; a plane of this size takes a while
            </wa-button>
          `
          : nothing
      }
      ${this.problem ? html`<p class="small" role="alert">${this.problem}</p>` : ''}
      <table class="numbers" data-testid="scores">
        <thead>
          <tr>
            <td></td>
            <th>PSNR</th>
            <th>SSIM</th>
            <th>NRMSE</th>
          </tr>
        </thead>
        <tbody>
          ${this.rows.map(
            ({ name, score }) => html`
              <tr class=${score.psnr === best ? 'best' : ''}>
                <td>${name}</td>
                <td>${Number.isFinite(score.psnr) ? score.psnr.toFixed(2) : '∞'}</td>
                <td>${score.ssim.toFixed(3)}</td>
                <td>${score.nrmse.toFixed(3)}</td>
              </tr>
            `,
          )}
        </tbody>
      </table>
    `;
  }
}
