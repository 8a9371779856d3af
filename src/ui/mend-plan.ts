import '@awesome.me/webawesome/dist/components/details/details.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { PlanInfo, PlannedShader } from '../training/messages';
import { formatBytes, formatCount, plural } from './format';
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
        width: 30%;
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

      .name {
        overflow-wrap: anywhere;
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
    const flops = total(shaders, 'flops') || 1;
    const bytes = total(shaders, 'bytes') || 1;
    const rest = shaders.slice(NAMED);
    const shown = shaders.slice(0, NAMED);
    if (rest.length > 0)
      shown.push({
        shader: `${rest.length} more`,
        kernels: total(rest, 'kernels'),
        flops: total(rest, 'flops'),
        bytes: total(rest, 'bytes'),
      });
    return html`
      <section class="program" data-testid="plan-program">
        <div>
          <h3>${label}</h3>
          <p class="small quiet numbers">
            ${plural(kernels, 'kernel')} from ${plural(pipelines, 'pipeline')}; ${formatCount(flops)} operations;
            ${formatBytes(peakBytes)} for its tensors, of which ${formatBytes(boundBytes)} are alive at once
          </p>
        </div>
        <table class="numbers">
          <thead>
            <tr>
              <th scope="col">Shader</th>
              <th scope="col" class="number">kernels</th>
              <th scope="col" class="share"></th>
              <th scope="col" class="number">arithmetic</th>
              <th scope="col" class="number">bytes moved</th>
            </tr>
          </thead>
          <tbody>
            ${shown.map(
              (row) => html`
                <tr>
                  <td class="name"><code>${row.shader}</code></td>
                  <td class="number">${row.kernels}</td>
                  <td class="share"><div class="bar"><i style="width: ${(100 * row.flops) / flops}%"></i></div></td>
                  <td class="number">${percent(row.flops / flops)}</td>
                  <td class="number">${percent(row.bytes / bytes)}</td>
                </tr>
              `,
            )}
          </tbody>
        </table>
      </section>
    `;
  }
}

function total(shaders: readonly PlannedShader[], of: 'kernels' | 'flops' | 'bytes'): number {
  return shaders.reduce((sum, shader) => sum + shader[of], 0);
}

const percent = (share: number): string => `${share > 0 && share < 0.005 ? '< 1' : Math.round(100 * share)} %`;

/** `, 62 % of the arithmetic in conv2d_tiled` */
function mostText(programs: readonly PlanInfo[]): string {
  const flops = new Map<string, number>();
  for (const { shaders } of programs)
    for (const { shader, flops: own } of shaders) flops.set(shader, (flops.get(shader) ?? 0) + own);
  const [most] = [...flops].sort(([, a], [, b]) => b - a);
  const all = [...flops.values()].reduce((sum, own) => sum + own, 0);
  return most && all > 0 ? `, ${percent(most[1] / all)} of the arithmetic in ${most[0]}` : '';
}
