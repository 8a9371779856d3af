import '@awesome.me/webawesome/dist/components/details/details.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { PlanInfo, PlannedShader } from '../training/messages';
import { formatBytes, formatCount, formatNumber, plural } from './format';
import { shared } from './shared_styles';

/** Shaders shown by name; the rest is summed up. */
const NAMED = 6;

/** What the compiled steps of a run do: dispatches, memory, and which kernels the arithmetic is in. */
@customElement('mend-plan')
export class MendPlan extends LitElement {
  @property({ attribute: false }) programs: PlanInfo[] = [];

  static override styles = [
    shared,
    css`
      .programs {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr));
        gap: 24px 32px;
      }

      .program {
        display: flex;
        flex-direction: column;
        gap: 8px;
        min-width: 0;
      }

      table {
        font-size: 0.8125rem;
      }

      th,
      td {
        padding: 4px 8px 4px 0;
      }

      .number {
        text-align: end;
        white-space: nowrap;
      }

      td:last-child,
      th:last-child {
        padding-right: 0;
      }

      .share {
        width: 20%;
      }

      .bar {
        height: 6px;
        border-radius: 3px;
        background: var(--wa-color-surface-lowered);
        overflow: hidden;
      }

      .bar i {
        display: block;
        height: 100%;
        background: var(--mend-restored);
      }


      @media (max-width: 720px) {
        td.share,
        th.share {
          display: none;
        }
      }
    `,
  ];

  protected override render() {
    if (this.programs.length === 0) return nothing;
    const kernels = this.programs.reduce((sum, program) => sum + program.kernels, 0);
    const memory = Math.max(...this.programs.map(({ peakBytes }) => peakBytes));
    return html`
      <wa-details appearance="outlined" data-testid="plan">
        <span slot="summary" class="numbers">
          What a step does: ${plural(kernels, 'kernel')} in ${plural(this.programs.length, 'program')},
          ${formatBytes(memory)} at most${mostText(this.programs)}
        </span>
        <div class="programs">${this.programs.map((program) => this.#program(program))}</div>
      </wa-details>
    `;
  }

  #program({ label, kernels, pipelines, peakBytes, boundBytes, shaders }: PlanInfo) {
    const timed = isTimed(shaders);
    const by = timed ? 'milliseconds' : 'flops';
    const ranked = [...shaders].sort((a, b) => (b[by] ?? 0) - (a[by] ?? 0));
    const shown = ranked.slice(0, NAMED);
    const rest = ranked.slice(NAMED);
    if (rest.length > 0)
      shown.push({
        shader: `${rest.length} more`,
        kernels: total(rest, 'kernels'),
        flops: total(rest, 'flops'),
        bytes: total(rest, 'bytes'),
        milliseconds: total(rest, 'milliseconds'),
      });
    const all = {
      flops: total(shaders, 'flops'),
      bytes: total(shaders, 'bytes'),
      milliseconds: total(shaders, 'milliseconds'),
    };
    const share = (row: PlannedShader, of: keyof typeof all) => (row[of] ?? 0) / (all[of] || 1);
    return html`
      <section class="program" data-testid="plan-program">
        <div>
          <h3>${label}</h3>
          <p class="small quiet numbers">
            ${plural(kernels, 'kernel')} from ${plural(pipelines, 'pipeline')}; ${formatCount(all.flops)} operations;
            ${formatBytes(peakBytes)} for its tensors, of which ${formatBytes(boundBytes)} are alive at once${
              timed
                ? html`; <span data-testid="plan-time">${formatNumber(all.milliseconds)} ms</span> in its kernels`
                : nothing
            }
          </p>
        </div>
        <table class="numbers">
          <thead>
            <tr>
              <th scope="col">Shader</th>
              <th scope="col" class="number">kernels</th>
              <th scope="col" class="share"></th>
              ${timed ? html`<th scope="col" class="number" title=${TIMED}>time</th>` : nothing}
              <th scope="col" class="number">arithmetic</th>
              <th scope="col" class="number">bytes moved</th>
            </tr>
          </thead>
          <tbody>
            ${shown.map(
              (row) => html`
                <tr>
                  <td><code>${breakable(row.shader)}</code></td>
                  <td class="number">${row.kernels}</td>
                  <td class="share"><div class="bar"><i style="width: ${100 * share(row, by)}%"></i></div></td>
                  ${timed ? html`<td class="number">${percent(share(row, 'milliseconds'))}</td>` : nothing}
                  <td class="number">${percent(share(row, 'flops'))}</td>
                  <td class="number">${percent(share(row, 'bytes'))}</td>
                </tr>
              `,
            )}
          </tbody>
        </table>
      </section>
    `;
  }
}

/** Long names break behind an underscore. */
const breakable = (shader: string) => shader.split('_').map((part, i) => (i === 0 ? part : html`_<wbr />${part}`));

const TIMED = 'Of the second step, by the device’s own clock; browsers round each kernel to 0.1 ms.';

const isTimed = (shaders: readonly PlannedShader[]): boolean => total(shaders, 'milliseconds') > 0;

function total(shaders: readonly PlannedShader[], of: 'kernels' | 'flops' | 'bytes' | 'milliseconds'): number {
  return shaders.reduce((sum, shader) => sum + (shader[of] ?? 0), 0);
}

const percent = (share: number): string => `${share > 0 && share < 0.005 ? '< 1' : Math.round(100 * share)} %`;

/** `, 62 % of the time in conv2d_tiled`; of the arithmetic where nothing was timed. */
function mostText(programs: readonly PlanInfo[]): string {
  const timed = programs.every(({ shaders }) => isTimed(shaders));
  const of = timed ? 'milliseconds' : 'flops';
  const sums = new Map<string, number>();
  for (const { shaders } of programs)
    for (const one of shaders) sums.set(one.shader, (sums.get(one.shader) ?? 0) + (one[of] ?? 0));
  const [most] = [...sums].sort(([, a], [, b]) => b - a);
  const all = [...sums.values()].reduce((sum, own) => sum + own, 0);
  return most && all > 0 ? `, ${percent(most[1] / all)} of the ${timed ? 'time' : 'arithmetic'} in ${most[0]}` : '';
}
