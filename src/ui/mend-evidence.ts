import '@awesome.me/webawesome/dist/components/radio-group/radio-group.js';
import '@awesome.me/webawesome/dist/components/radio/radio.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import { type Evidence, type EvidenceRow, type EvidenceTable, loadEvidence, loadFigures, ranked } from './evidence';
import { plural } from './format';
import { shared } from './shared_styles';

type Metric = 'paper' | 'care';

/** What the methods reach, from the records in the repository: the same numbers as its tables. */
@customElement('mend-evidence')
export class MendEvidence extends LitElement {
  @state() private evidence: Evidence | undefined;
  @state() private figures: { name: string; url: string }[] = [];
  @state() private metric: Metric = 'care';

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  async #load(): Promise<void> {
    [this.evidence, this.figures] = await Promise.all([loadEvidence(), loadFigures()]);
  }

  static override styles = [
    shared,
    css`
      .head {
        display: flex;
        justify-content: space-between;
        align-items: end;
        gap: 24px;
        flex-wrap: wrap;
        margin-bottom: 24px;
      }

      .head .page-head {
        margin: 0;
      }

      .group {
        margin-bottom: 40px;
      }

      .group > h2 {
        font-size: 1.25rem;
        margin-bottom: 16px;
      }

      .tables {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 560px), 1fr));
        gap: 24px;
        align-items: start;
      }

      .card {
        padding: 16px;
        overflow-x: auto;
      }

      .card h3 {
        margin-bottom: 4px;
      }

      .number {
        text-align: end;
        white-space: nowrap;
      }

      .bar {
        position: relative;
        width: 96px;
        height: 8px;
        border-radius: 4px;
        background: var(--wa-color-surface-lowered);
        overflow: hidden;
      }

      .bar i {
        position: absolute;
        inset: 0 auto 0 0;
        background: var(--wa-color-neutral-border-loud);
      }

      .ours .bar i {
        background: var(--mend-restored);
      }

      .ours td {
        font-weight: 600;
      }

      .figures {
        display: flex;
        flex-wrap: wrap;
        gap: 24px;
      }

      figure {
        display: flex;
        flex-direction: column;
        gap: 8px;
        max-width: 100%;
      }

      figure img {
        max-width: 100%;
        height: auto;
        padding: 16px;
        background: #fff;
        border: 1px solid var(--wa-color-surface-border);
        border-radius: 10px;
      }
    `,
  ];

  protected override render() {
    const { evidence } = this;
    return html`
      <div class="head">
        <div class="page-head">
          <h1>Evidence</h1>
          <p class="lead">
            What each method reaches on images that it has not seen, beside the untouched input and classical methods. Every
            number comes from a record in the repository, with its seeds, settings and adapter. Mind the updates: a short run
            says little about a method.
          </p>
        </div>
        <wa-radio-group
          size="s"
          label="Scores"
          orientation="horizontal"
          .value=${this.metric}
          @change=${(event: Event) => {
            this.metric = (event.target as HTMLInputElement).value as Metric;
          }}
        >
          <wa-radio appearance="button" value="care">CARE</wa-radio>
          <wa-radio appearance="button" value="paper">Paper</wa-radio>
        </wa-radio-group>
      </div>
      ${
        evidence
          ? html`
            ${this.#inputs(evidence)} ${this.#group('Ten pairs a task', evidence.paired)}
            ${this.#group('No pairs', evidence.unpaired)} ${this.#group('Real micrographs', evidence.real)}
            ${this.#group('Real micrographs, after training on phantoms', evidence.pretraining)}
            ${this.#group('Development images: the recipe without each of its ingredients, and learning rates', evidence.ablation)}
            ${this.#group('The paper’s method with two feature networks', evidence.phi)}
            ${this.#group('A defect added to a trained model', evidence.newDefect)} ${this.#toldApart(evidence)}
          `
          : html`<p class="quiet" role="status">Loading …</p>`
      }
      ${this.#figures()}
    `;
  }

  #group(title: string, tables: EvidenceTable[] | undefined) {
    if (!tables || tables.length === 0) return nothing;
    return html`
      <section class="group">
        <h2>${title}</h2>
        <div class="tables">${tables.map((table) => this.#table(table))}</div>
      </section>
    `;
  }

  #table({ task, setting, images, rows }: EvidenceTable) {
    const scores = rows.map((row) => row[this.metric].psnr);
    const least = Math.min(...scores) - 1;
    const span = Math.max(...scores) - least;
    return html`
      <div class="card" tabindex="0" role="region" aria-label="${task}">
        <h3>${task}${setting === 'unpaired' ? ', without pairs' : ''}</h3>
        <p class="small quiet">${plural(images, 'image')}</p>
        <table class="numbers">
          <thead>
            <tr>
              <th>Method</th>
              <th>Updates</th>
              <th><span class="visually-hidden">PSNR as a bar</span></th>
              <th class="number">PSNR, dB</th>
              <th class="number">SSIM</th>
              <th class="number">LPIPS</th>
            </tr>
          </thead>
          <tbody>
            ${ranked(rows, this.metric).map((row) => this.#row(row, (row[this.metric].psnr - least) / span))}
          </tbody>
        </table>
      </div>
    `;
  }

  #row(row: EvidenceRow, share: number) {
    const { psnr, ssim } = row[this.metric];
    const updates = row.updates > 0 ? `${row.updates}${row.cinUpdates > 0 ? ` + ${row.cinUpdates}` : ''}` : '–';
    return html`
      <tr class=${row.row.startsWith('mend') ? 'ours' : ''} title="${row.preset}, ${plural(row.seeds, 'seed')}, on ${row.adapter}">
        <td>${row.row}${row.changes ? ` (${row.changes})` : ''}${row.trainedOn ? html` <span class="quiet small">${row.trainedOn}</span>` : nothing}</td>
        <td>${updates}</td>
        <td><div class="bar" aria-hidden="true"><i style=${styleMap({ width: `${100 * share}%` })}></i></div></td>
        <td class="number">${psnr.toFixed(2)}</td>
        <td class="number">${ssim.toFixed(3)}</td>
        <td class="number">${row.lpips === null ? '–' : row.lpips.toFixed(3)}</td>
      </tr>
    `;
  }

  #inputs({ table1 }: Evidence) {
    if (!table1 || table1.length === 0) return nothing;
    return html`
      <section class="group">
        <h2>The simulated specimens beside the published ones</h2>
        <div class="card">
          <p class="small quiet">Scores of the untouched input under the paper’s own metric.</p>
          <table class="numbers">
            <thead>
              <tr>
                <th>Task</th>
                <th class="number">Images</th>
                <th class="number">Here, PSNR / SSIM</th>
                <th class="number">Published</th>
              </tr>
            </thead>
            <tbody>
              ${table1.map(
                ({ task, images, psnr, ssim, published }) => html`
                  <tr>
                    <td>${task}</td>
                    <td class="number">${images}</td>
                    <td class="number">${psnr.toFixed(2)} / ${ssim.toFixed(2)}</td>
                    <td class="number">${published[0].toFixed(2)} / ${published[1].toFixed(2)}</td>
                  </tr>
                `,
              )}
            </tbody>
          </table>
        </div>
      </section>
    `;
  }

  #toldApart({ toldApart }: Evidence) {
    if (!toldApart || toldApart.length === 0) return nothing;
    const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
    return html`
      <section class="group">
        <h2>Synthetic defects beside real ones</h2>
        <div class="card">
          <p class="small quiet">How often a small classifier is right about images that it has not seen; by chance 50 %.</p>
          <table class="numbers">
            <thead>
              <tr>
                <th>Task</th>
                <th>Made by</th>
                <th class="number">Images</th>
                <th class="number">Real or synthetic</th>
                <th class="number">Real or clean</th>
              </tr>
            </thead>
            <tbody>
              ${toldApart.map(
                ({ task, images, madeBy, synthetic, clean }) => html`
                  <tr>
                    <td>${task}</td>
                    <td>${madeBy}</td>
                    <td class="number">${images}</td>
                    <td class="number">${percent(synthetic)}</td>
                    <td class="number">${percent(clean)}</td>
                  </tr>
                `,
              )}
            </tbody>
          </table>
        </div>
      </section>
    `;
  }

  #figures() {
    if (this.figures.length === 0) return nothing;
    return html`
      <section class="group">
        <h2>Figures</h2>
        <div class="figures">
          ${this.figures.map(
            ({ name, url }) => html`
              <figure>
                <img src=${url} alt=${figureName(name)} loading="lazy" />
                <figcaption class="small quiet">${figureName(name)}</figcaption>
              </figure>
            `,
          )}
        </div>
      </section>
    `;
  }
}

/** `fig3` → `Figure 3`; other names with spaces for underscores. */
function figureName(name: string): string {
  return name.replace(/^fig(\d+)/, 'Figure $1').replaceAll('_', ' ');
}
