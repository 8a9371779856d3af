import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import '@awesome.me/webawesome/dist/components/dropdown-item/dropdown-item.js';
import '@awesome.me/webawesome/dist/components/dropdown/dropdown.js';
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/progress-bar/progress-bar.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { fileStem } from '../imaging/dataset';
import type { PhantomTask } from '../imaging/phantoms/phantom';
import type { ModelInfo } from '../training/messages';
import { type FileComplaint, nextId, type Restoration, StateController } from './app_state';
import { download } from './download';
import { EXAMPLES, heldOutExample } from './example';
import { formatSeconds, formatSize, plural } from './format';
import './mend-compare';
import type { Panel } from './mend-compare';
import './mend-complaint';
import './mend-drop-zone';
import './mend-model-card';
import './mend-no-adapter';
import './mend-restore-way';
import './mend-scores';
import './mend-thumbnail';
import type { PickedFile } from './picked_files';
import { readFiles } from './read_files';
import { defaultTask, type RestoreRun, type RestoreWay } from './restore_run';
import { shared } from './shared_styles';
import type { SharedView } from './shared_view';

/** Third step: a model, a batch of images, and what became of them. */
@customElement('mend-restore')
export class MendRestore extends LitElement {
  readonly #app = new StateController(this);
  @property({ attribute: false }) restoreRun!: RestoreRun;
  @state() private planes = {};
  @state() private way: RestoreWay = {};
  @state() private reading = 0;
  @state() private refused: FileComplaint[] = [];
  @query('.truth-file') private truthInput!: HTMLInputElement;

  static override styles = [
    shared,
    css`
      .columns {
        display: grid;
        grid-template-columns: 304px minmax(0, 1fr);
        gap: 24px;
        align-items: start;
      }

      .left {
        display: flex;
        flex-direction: column;
        gap: 16px;
      }

      .card {
        padding: 16px;
      }

      .batch {
        display: flex;
        flex-direction: column;
        gap: 2px;
        max-height: 320px;
        overflow: auto;
        margin: 0 -8px;
      }

      .item {
        display: grid;
        grid-template-columns: 40px minmax(0, 1fr) auto;
        gap: 8px;
        align-items: center;
        padding: 6px 8px;
        border-radius: 6px;
      }

      .item.current {
        background: var(--wa-color-brand-fill-quiet);
      }

      .item button {
        display: contents;
        font: inherit;
        color: inherit;
        text-align: start;
        cursor: pointer;
      }

      .item .name {
        display: block;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        font-size: 0.8125rem;
        font-weight: 500;
        line-height: 1.25rem;
      }

      .item .what {
        display: block;
        font-size: 0.75rem;
        line-height: 1rem;
        color: var(--wa-color-text-quiet);
        white-space: nowrap;
        overflow: hidden;
        text-overflow: ellipsis;
      }

      .item:focus-within .name {
        text-decoration: underline;
      }

      .run {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 8px;
      }

      .work {
        display: flex;
        flex-direction: column;
        gap: 16px;
        min-width: 0;
      }

      .work-head {
        min-height: 40px;
        gap: 8px 16px;
      }

      .work-head h2 {
        overflow-wrap: anywhere;
      }

      .blank {
        height: 480px;
      }

      .blank p {
        max-width: 48ch;
      }

      .blank > wa-icon {
        font-size: 2rem;
        color: var(--wa-color-text-quiet);
      }

      wa-callout {
        font-size: 0.8125rem;
        line-height: 1.25rem;
        padding-block: 6px;
      }

      wa-dropdown {
        align-self: center;
        margin: -8px 0;
      }

      @media (max-width: 1000px) {
        .columns {
          grid-template-columns: 256px minmax(0, 1fr);
          gap: 16px;
        }
      }

      @media (max-width: 720px) {
        .columns {
          grid-template-columns: minmax(0, 1fr);
        }

        .blank {
          height: auto;
        }
      }
    `,
  ];

  protected override render() {
    const { noAdapter, restorations } = this.#app.state;
    const head = html`
      <div class=${restorations.length > 0 && !noAdapter ? 'visually-hidden' : 'page-head'}>
        <h1>Restore</h1>
        <p class="lead">Any size, any number of planes; what you save has the size and sample type of what you brought.</p>
      </div>
    `;
    if (noAdapter)
      return html`${head}<mend-no-adapter .error=${noAdapter} @retry=${() => this.dispatchEvent(new CustomEvent('probe'))}></mend-no-adapter>`;
    return html`
      ${head}
      <div class="columns">
        <div class="left">
          <mend-model-card .restoreRun=${this.restoreRun}></mend-model-card>
          ${this.#batchCard()}
        </div>
        <div class="work">${this.#work()}</div>
      </div>
    `;
  }

  // ------------------------------------------------------------------------------------------------ batch

  #batchCard() {
    const { restorations, model } = this.#app.state;
    const waiting = restorations.filter(({ status }) => status === 'waiting' || status === 'failed').length;
    const done = restorations.filter(({ status }) => status === 'done').length;
    const stacks = restorations.some(({ image }) => image.size.z > 1);
    return html`
      <section class="card stack" aria-label="Images">
        <div class="row spread">
          <h2>Images</h2>
          ${
            restorations.length > 0
              ? html`<wa-button size="xs" appearance="plain" data-testid="restore-clear" @click=${this.#clear}>Clear</wa-button>`
              : nothing
          }
        </div>
        ${
          restorations.length > 0
            ? html`
              <ul class="batch" data-testid="batch">
                ${repeat(
                  restorations,
                  (item) => item.id,
                  (item) => this.#item(item),
                )}
              </ul>
            `
            : nothing
        }
        <mend-drop-zone compact files="Choose images" testid="restore-input" @files=${this.#addFiles}>
          <p class="small quiet">
            ${this.reading > 0 ? `Reading ${plural(this.reading, 'file')} …` : 'Drop TIFF or PNG images here.'}
          </p>
        </mend-drop-zone>
        ${this.refused.map(
          ({ name, error }) => html`
            <mend-complaint about=${name} .error=${error}>
              <wa-button size="xs" appearance="plain" @click=${() => (this.refused = [])}>Dismiss</wa-button>
            </mend-complaint>
          `,
        )}
        ${this.#exampleMenu()}
        ${
          restorations.length > 0 && model
            ? html`
              ${model.info.tasks.length > 1 ? this.#defectChoice(model.info) : nothing}
              <mend-restore-way
                .way=${this.way}
                ?stacks=${stacks}
                ?dial=${model.info.hasDetail}
                @way=${({ detail }: CustomEvent<RestoreWay>) => {
                  this.way = detail;
                }}
              ></mend-restore-way>
              <div class="run">
                ${
                  this.restoreRun.busy
                    ? html`
                      <wa-button appearance="outlined" variant="danger" @click=${() => this.restoreRun.cancel()}>
                        <wa-icon slot="start" name="stop"></wa-icon>Cancel
                      </wa-button>
                    `
                    : html`
                      <wa-button variant="brand" data-testid="restore-run" @click=${() => this.#run(waiting === 0)}>
                        <wa-icon slot="start" name="restore"></wa-icon>
                        ${waiting > 0 ? `Restore ${plural(waiting, 'image')}` : 'Restore again'}
                      </wa-button>
                    `
                }
                <wa-button
                  appearance="outlined"
                  ?disabled=${done === 0}
                  title=${done > 1 ? 'Save all restored images in a zip archive' : 'Save the restored image'}
                  data-testid="download-all"
                  @click=${this.#downloadAll}
                >
                  <wa-icon name="download" label="Save all restored images"></wa-icon>
                </wa-button>
              </div>
            `
            : nothing
        }
        ${
          restorations.length > 0 && !model
            ? html`<p class="small quiet">Choose a model above to restore them.</p>`
            : nothing
        }
        <input
          class="truth-file"
          type="file"
          hidden
          multiple
          accept=".tif,.tiff,.png"
          aria-label="Truth images"
          data-testid="truth-input"
          @change=${this.#truthPicked}
        />
      </section>
    `;
  }

  #item(item: Restoration) {
    const current = item.id === this.#selected()?.id;
    return html`
      <li class="item ${current ? 'current' : ''}" data-testid="restoration" data-status=${item.status}>
        <button aria-current=${current ? 'true' : nothing} @click=${() => this.#app.state.update({ selected: item.id })}>
          <mend-thumbnail side="40" .image=${item.result?.image ?? item.image}></mend-thumbnail>
          <span>
            <span class="name" title=${item.name}>${item.name}</span>
            <span class="what">${statusText(item)}</span>
          </span>
        </button>
        <wa-button size="xs" appearance="plain" @click=${() => this.#remove(item)}>
          <wa-icon name="xmark" label="Remove ${item.name}"></wa-icon>
        </wa-button>
      </li>
    `;
  }

  #exampleMenu() {
    return html`
      <wa-dropdown
        size="s"
        @wa-select=${(event: CustomEvent<{ item: { value: string } }>) => this.#addExample(event.detail.item.value as PhantomTask)}
      >
        <wa-button class="examples" slot="trigger" size="s" appearance="plain" with-caret data-testid="restore-example">
          Take held-out example images
        </wa-button>
        ${EXAMPLES.map(({ task, title }) => html`<wa-dropdown-item value=${task}>${title}</wa-dropdown-item>`)}
      </wa-dropdown>
    `;
  }

  // ------------------------------------------------------------------------------------------------- work

  #work() {
    const item = this.#selected();
    if (!item) return this.#blank();
    const panels: Panel[] = [{ key: 'input', title: 'Input', image: item.image }];
    if (item.result) panels.push({ key: 'restored', title: 'Restored', image: item.result.image });
    if (item.truth) panels.push({ key: 'truth', title: 'Truth', image: item.truth });
    return html`
      <div class="row spread work-head">
        <div>
          <h2>${item.name}</h2>
          <p class="small quiet numbers">
            ${formatSize(item.image.size)}, ${item.image.sampleType}${
              item.result
                ? html`; restored in ${formatSeconds(item.result.seconds)} on
                  ${item.result.adapter}${item.result.software ? ' (software)' : ''}`
                : nothing
            }
          </p>
        </div>
        <div class="row">
          <wa-button size="s" appearance="outlined" @click=${() => this.truthInput.click()}>
            <wa-icon slot="start" name="pairs"></wa-icon>${item.truth ? 'Other truth' : 'Add truth'}
          </wa-button>
          <wa-button
            size="s"
            variant="brand"
            ?disabled=${!item.result}
            data-testid="download"
            @click=${() => this.#download(item)}
          >
            <wa-icon slot="start" name="download"></wa-icon>Save TIFF
          </wa-button>
        </div>
      </div>
      ${
        item.status === 'running'
          ? html`
            <wa-progress-bar label="Restoring" value=${100 * item.progress} ?indeterminate=${item.progress === 0}></wa-progress-bar>
          `
          : nothing
      }
      ${item.complaint ? html`<mend-complaint about=${item.name} .error=${item.complaint}></mend-complaint>` : nothing}
      ${
        item.result
          ? html`
            <wa-callout variant="warning" size="s" data-testid="gan-warning">
              <wa-icon slot="icon" name="warning"></wa-icon>
              A generative network may invent structure that was never there. Measure on the input; use the restoration to
              look, and check it against truth where you have any.
            </wa-callout>
          `
          : nothing
      }
      <mend-compare
        .panels=${this.#samePanels(panels)}
        subject=${item.id}
        .first=${item.shownAs}
        @shown=${(event: CustomEvent<SharedView>) => this.#app.state.views.set(item.id, event.detail)}
        @planes=${(event: CustomEvent<object>) => (this.planes = event.detail)}
      >
        ${item.truth ? html`<mend-scores .planes=${this.planes}></mend-scores>` : nothing}
      </mend-compare>
    `;
  }

  #lastPanels: Panel[] = [];
  /** The same array while it holds the same images, so that planes are not cut again at every change elsewhere. */
  #samePanels(panels: Panel[]): Panel[] {
    const last = this.#lastPanels;
    const same = last.length === panels.length && panels.every((panel, i) => panel.image === last[i].image);
    if (!same) this.#lastPanels = panels;
    return this.#lastPanels;
  }

  #blank() {
    const { model } = this.#app.state;
    return html`
      <mend-drop-zone class="blank" files="Choose images" testid="restore-input-large" @files=${this.#addFiles}>
        <wa-icon name="restore"></wa-icon>
        <h2>${model ? 'Bring the images to restore' : 'Compare before and after here'}</h2>
        <p class="small quiet">
          Drop micrographs here. They are shown at once, with contrast, zoom and pixel values; after the run, input and
          restoration stand side by side, with scores if you add the truth.
        </p>
        <div class="row">
          <span class="small quiet">Held-out examples:</span>
          ${EXAMPLES.map(
            ({ task, title }) => html`
              <wa-button size="s" appearance="plain" data-testid="held-out-${task}" @click=${() => this.#addExample(task)}>
                ${title}
              </wa-button>
            `,
          )}
        </div>
      </mend-drop-zone>
    `;
  }

  /** Of a model that knows several: one for all images. */
  #defectChoice({ tasks, taskFree }: ModelInfo) {
    return html`
      <wa-select
        size="s"
        label="Defect"
        .value=${this.#selected()?.task ?? ''}
        data-testid="restore-task"
        @change=${(event: Event) => this.#chooseTask((event.target as HTMLSelectElement).value)}
      >
        ${taskFree ? html`<wa-option value="">Automatic</wa-option>` : nothing}
        ${tasks.map((task) => html`<wa-option value=${task.name}>${task.name}</wa-option>`)}
      </wa-select>
    `;
  }

  #selected(): Restoration | undefined {
    const { restorations, selected } = this.#app.state;
    return restorations.find(({ id }) => id === selected) ?? restorations[0];
  }

  async #addFiles(event: CustomEvent<PickedFile[]>): Promise<void> {
    this.reading = event.detail.length;
    const { images, pairs, refused } = await readFiles(event.detail);
    this.reading = 0;
    const added = [
      ...images.map(({ name, image }) => ({ name, image })),
      ...pairs.map(({ name, defective, clean }) => ({ name, image: defective, truth: clean })),
    ];
    this.#add(added);
    this.refused = refused;
  }

  #addExample(task: PhantomTask): void {
    this.#add(heldOutExample(task));
  }

  #add(added: Pick<Restoration, 'name' | 'image' | 'truth'>[]): void {
    if (added.length === 0) return;
    const { state } = this.#app;
    const task = state.model ? defaultTask(state.model.info) : undefined;
    const items = added.map((one): Restoration => ({ ...one, id: nextId(), task, status: 'waiting', progress: 0 }));
    state.update({ restorations: [...state.restorations, ...items], selected: items[0].id });
  }

  #chooseTask(name: string): void {
    const { state } = this.#app;
    const task = name === '' ? undefined : name;
    state.update({
      restorations: state.restorations.map((item) =>
        item.task === task ? item : { ...item, task, status: 'waiting', result: undefined, sharedId: undefined },
      ),
    });
  }

  #remove({ id }: Restoration): void {
    const { state } = this.#app;
    state.update({ restorations: state.restorations.filter((item) => item.id !== id) });
  }

  #clear(): void {
    this.#app.state.update({ restorations: [], selected: undefined });
  }

  #run(again: boolean): void {
    void this.restoreRun.run({ ...this.way, again });
  }

  /** Truth goes to the image of the same name; a single file to the image on show. */
  async #truthPicked(event: Event): Promise<void> {
    const input = event.target as HTMLInputElement;
    const files = [...(input.files ?? [])].map((file) => ({ file, path: file.name }));
    input.value = '';
    const { images, refused } = await readFiles(files);
    const { state } = this.#app;
    const current = this.#selected();
    for (const { name, image } of images) {
      const named = state.restorations.find((item) => fileStem(item.name) === fileStem(name));
      const item = named ?? (images.length === 1 ? current : undefined);
      if (!item) {
        state.notify(`${name} has the name of none of the images.`, 'warning');
      } else if (item.image.size.x !== image.size.x || item.image.size.y !== image.size.y) {
        state.notify(
          `${name} is ${image.size.x} × ${image.size.y}, the image ${item.image.size.x} × ${item.image.size.y} pixels.`,
          'danger',
        );
      } else {
        state.updateRestoration(item.id, { truth: image });
      }
    }
    this.refused = refused;
  }

  async #download(item: Restoration): Promise<void> {
    if (!item.result) return;
    const { writeTiff } = await import('../imaging/tiff');
    download(writeTiff(item.result.image), restoredName(item.name), 'image/tiff');
  }

  async #downloadAll(): Promise<void> {
    const done = this.#app.state.restorations.filter((item) => item.result !== undefined);
    if (done.length === 1) {
      await this.#download(done[0]);
      return;
    }
    const [{ writeTiff }, { zipSync }] = await Promise.all([import('../imaging/tiff'), import('fflate')]);
    const files: Record<string, Uint8Array> = {};
    for (const item of done) {
      if (item.result) files[freeFileName(restoredName(item.name), files)] = writeTiff(item.result.image);
    }
    download(new Uint8Array(zipSync(files, { level: 0 })), 'mendscope-restored.zip', 'application/zip');
  }
}

function statusText(item: Restoration): string {
  switch (item.status) {
    case 'running':
      return item.progress > 0 ? `Restoring, ${Math.round(100 * item.progress)} %` : 'Restoring';
    case 'done':
      return item.result?.task === undefined ? 'Restored' : `Restored as ${item.result.task}`;
    case 'failed':
      return 'Failed';
    default:
      return `${formatSize(item.image.size)}, ${item.image.sampleType}`;
  }
}

function restoredName(name: string): string {
  return `${name.replace(/(\.ome)?\.[a-z0-9]+$/i, '')}_restored.tif`;
}

function freeFileName(name: string, taken: Record<string, unknown>): string {
  if (!(name in taken)) return name;
  let number = 2;
  while (name.replace(/\.tif$/, `-${number}.tif`) in taken) number++;
  return name.replace(/\.tif$/, `-${number}.tif`);
}
