import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/details/details.js';
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import { repeat } from 'lit/directives/repeat.js';
import type { PhantomTask } from '../imaging/phantoms/phantom';
import { nextId, StateController } from './app_state';
import { exampleTask } from './example';
import { formatBytes, plural } from './format';
import './mend-complaint';
import './mend-drop-zone';
import './mend-example-picker';
import './mend-task-card';
import type { PickedFile } from './picked_files';
import { readFiles } from './read_files';
import { shared } from './shared_styles';
import {
  guessRole,
  newTask,
  pairRows,
  type Role,
  type SourceImage,
  type TaskDraft,
  taskComplaints,
} from './task_draft';

/** First step: which defects there are, and images of each. */
@customElement('mend-data')
export class MendData extends LitElement {
  readonly #app = new StateController(this);
  @state() private making: { task: PhantomTask; done: number } | undefined;
  @state() private axialOpen = false;
  @state() private reading = new Map<string, number>();

  static override styles = [
    shared,
    css`
      .empty {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 32px;
      }

      .source {
        display: flex;
        gap: 8px;
        margin-bottom: 24px;
      }

      .source wa-icon {
        flex: none;
        margin-top: 2px;
        font-size: 1rem;
        color: var(--wa-color-text-quiet);
      }

      .from-stack {
        gap: 16px;
        margin-top: -16px;
      }

      .bring {
        background: var(--wa-color-surface-raised);
        border-radius: 8px;
      }

      .bring p {
        max-width: 60ch;
      }

      .bring .title {
        font-size: 1.0625rem;
        font-weight: 600;
        color: var(--wa-color-text-normal);
      }

      .columns {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 288px;
        gap: 24px;
        align-items: start;
      }

      aside {
        position: sticky;
        top: 80px;
      }

      aside dl {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 4px 16px;
        font-size: 0.875rem;
        line-height: 1.25rem;
      }

      aside dd {
        text-align: end;
      }

      aside wa-button {
        width: 100%;
      }

      .section-head {
        margin-bottom: 16px;
      }

      @media (max-width: 1180px) {
        .columns {
          grid-template-columns: minmax(0, 1fr);
        }

        aside {
          position: static;
          order: -1;
        }
      }
    `,
  ];

  protected override render() {
    const { tasks, refused } = this.#app.state;
    return html`
      <div class="page-head">
        <h1>Data</h1>
        <p class="lead">
          A task is one kind of defect: a name, images that show it, and clean images of the same kind of specimen. One model
          learns them all.
        </p>
      </div>
      ${this.#source()} ${refused.length > 0 ? this.#refused() : nothing} ${tasks.length === 0 ? this.#empty() : this.#filled()}
      ${
        this.axialOpen
          ? html`<mend-axial-dialog @task=${this.#axialTask} @closed=${() => (this.axialOpen = false)}></mend-axial-dialog>`
          : nothing
      }
    `;
  }

  /** Where the tasks came from, for who opened a shared data set. */
  #source() {
    const { dataset } = this.#app.state;
    if (!dataset) return nothing;
    const { title, number, fileCount, bytes, id, collection } = dataset;
    return html`
      <p class="source small" data-testid="dataset">
        <wa-icon name="link"></wa-icon>
        <span>
          <b>${title}</b>, version ${number} of <a href="/c/${collection}">its collection</a>:
          <span class="numbers">${plural(fileCount, 'file')}, ${formatBytes(bytes)}</span>.
          <a href="/d/${id}/files">Files, description, and how to take them</a>
        </span>
      </p>
    `;
  }

  #empty() {
    const reading = this.reading.get('new') ?? 0;
    return html`
      <div class="empty">
        <section class="bring" aria-label="Your own images">
          <mend-drop-zone folders testid="files-new" @files=${this.#filesForNewTask}>
            <div>
            <p class="title">${reading > 0 ? `Reading ${plural(reading, 'file')} …` : 'Drop your micrographs here'}</p>
            <p class="small quiet">
              TIFF, PNG or CARE npz, ten images are enough to start. A folder with the subfolders <code>clean</code> and
              <code>noisy</code> (or <code>high</code> and <code>low</code>, <code>gt</code> and <code>input</code>) is
              sorted by itself.
            </p>
            </div>
          </mend-drop-zone>
        </section>
        <div class="row from-stack">
          ${this.#axialButton()}
          <span class="small quiet">No clean images? A stack holds its own truth for the axial direction.</span>
        </div>
        <section aria-labelledby="examples">
          <div class="section-head">
            <h2 id="examples">Or try an example</h2>
            <p class="small quiet">Simulated specimens with known truth, made in this page in a second or two.</p>
          </div>
          <mend-example-picker .making=${this.making} @example=${this.#example}></mend-example-picker>
        </section>
      </div>
    `;
  }

  #filled() {
    const { tasks } = this.#app.state;
    return html`
      <div class="columns">
        <div class="stack">
          ${repeat(
            tasks,
            (task) => task.id,
            (task) =>
              keyed(
                task.id,
                html`
                <mend-task-card
                  .task=${task}
                  .complaints=${taskComplaints(task, tasks)}
                  .reading=${this.reading.get(task.id) ?? 0}
                  @change-task=${(event: CustomEvent<Partial<TaskDraft>>) =>
                    this.#app.state.updateTask(task.id, event.detail)}
                  @add=${(event: CustomEvent<{ role: Role; files: PickedFile[] }>) =>
                    this.#addFiles(task.id, event.detail.files, event.detail.role)}
                  @remove=${() => this.#remove(task)}
                ></mend-task-card>
              `,
              ),
          )}
          <div class="row">
            <wa-button appearance="outlined" data-testid="add-task" @click=${this.#addTask}>
              <wa-icon slot="start" name="plus"></wa-icon>Add a task
            </wa-button>
            ${this.#axialButton()}
          </div>
          <wa-details summary="Add an example" appearance="plain">
            <mend-example-picker .making=${this.making} @example=${this.#example}></mend-example-picker>
          </wa-details>
        </div>
        ${this.#summary()}
      </div>
    `;
  }

  #axialButton() {
    return html`
      <wa-button appearance="outlined" data-testid="axial-pairs" @click=${this.#openAxial}>
        <wa-icon slot="start" name="layers"></wa-icon>Axial pairs from a stack
      </wa-button>
    `;
  }

  async #openAxial(): Promise<void> {
    await import('./mend-axial-dialog');
    this.axialOpen = true;
  }

  #axialTask(event: CustomEvent<TaskDraft>): void {
    this.#addNamed(event.detail, event.detail.name);
  }

  /** Adds a task under a name that no other has. */
  #addNamed(task: TaskDraft, wanted: string): void {
    const { state } = this.#app;
    const taken = state.tasks.map((other) => other.name);
    state.update({ tasks: [...state.tasks, { ...task, name: freeName(wanted, taken) }] });
    state.notify(`${plural(task.clean.length, 'pair')} added.`, 'success');
  }

  #summary() {
    const { tasks, loadingData } = this.#app.state;
    const ready = !loadingData && tasks.every((task) => taskComplaints(task, tasks).length === 0);
    return html`
      <aside class="card stack" aria-label="Summary">
        <h2>${plural(tasks.length, 'task')}</h2>
        <dl class="numbers">
          ${tasks.map(
            (task) => html`
              <dt>${task.name || 'without a name'}</dt>
              <dd class="quiet">${amount(task)}</dd>
            `,
          )}
        </dl>
        <wa-button variant="brand" href="#/train" ?disabled=${!ready} data-testid="to-train">
          Continue to training<wa-icon slot="end" name="arrow-right"></wa-icon>
        </wa-button>
        ${
          ready
            ? nothing
            : html`
              <p class="small quiet">
                ${loadingData ? 'Images are still coming.' : 'A task still lacks something; see the notes in its card.'}
              </p>
            `
        }
      </aside>
    `;
  }

  #refused() {
    const { refused } = this.#app.state;
    return html`
      <div class="stack" style="margin-bottom: 24px">
        ${refused.slice(0, 3).map(({ name, error }) => html`<mend-complaint about=${name} .error=${error}></mend-complaint>`)}
        <div class="row">
          ${
            refused.length > 3
              ? html`<span class="small quiet">and ${refused.length - 3} more files that could not be read</span>`
              : nothing
          }
          <wa-button size="s" appearance="plain" @click=${() => this.#app.state.update({ refused: [] })}>Dismiss</wa-button>
        </div>
      </div>
    `;
  }

  async #example(event: CustomEvent<PhantomTask>): Promise<void> {
    const phantom = event.detail;
    this.making = { task: phantom, done: 0 };
    const task = await exampleTask(phantom, (done) => {
      this.making = { task: phantom, done };
    });
    this.making = undefined;
    this.#addNamed(task, phantom);
  }

  #addTask(): void {
    const { state } = this.#app;
    const names = state.tasks.map((task) => task.name);
    state.update({ tasks: [...state.tasks, newTask(nextId(), freeName('task', names))] });
  }

  #remove(task: TaskDraft): void {
    const { state } = this.#app;
    state.update({ tasks: state.tasks.filter((other) => other.id !== task.id) });
    state.notify(`Task “${task.name}” removed.`);
  }

  async #filesForNewTask(event: CustomEvent<PickedFile[]>): Promise<void> {
    const folder = event.detail[0].path.split('/')[0];
    const task = newTask(nextId(), event.detail[0].path.includes('/') ? folder : 'restoration');
    await this.#addFiles('new', event.detail, undefined, task);
  }

  /** Reads files into a task. Without a role, folder names decide it, and what they leave open counts as defective. */
  async #addFiles(key: string, files: PickedFile[], role: Role | undefined, fresh?: TaskDraft): Promise<void> {
    this.reading = new Map(this.reading).set(key, files.length);
    const { images, pairs, refused } = await readFiles(files);
    this.reading = new Map(this.reading).set(key, 0);

    const { state } = this.#app;
    state.update({ refused: [...state.refused, ...refused] });
    const added: Record<Role, SourceImage[]> = { defective: [], clean: [] };
    for (const { path, name, image } of images)
      added[role ?? guessRole(path) ?? 'defective'].push({ id: nextId(), name, image });
    for (const pair of pairs) {
      added.defective.push({ id: nextId(), name: pair.name, image: pair.defective });
      added.clean.push({ id: nextId(), name: pair.name, image: pair.clean });
    }
    const count = images.length + 2 * pairs.length;
    if (count === 0) return;
    const task = fresh ?? state.tasks.find((candidate) => candidate.id === key);
    if (!task) return;
    const change = { defective: [...task.defective, ...added.defective], clean: [...task.clean, ...added.clean] };
    if (fresh) state.update({ tasks: [...state.tasks, { ...fresh, ...change }] });
    else state.updateTask(task.id, change);
    const guessed = role === undefined && added.clean.length === 0;
    state.notify(
      guessed
        ? `${plural(count, 'image')} added as defective. Now add the clean ones.`
        : `${plural(count, 'image')} added.`,
      'success',
    );
  }
}

function amount(task: TaskDraft): string {
  if (task.kind === 'unpaired') return `${task.defective.length} + ${task.clean.length} images`;
  return plural(pairRows(task).filter((row) => row.status === 'matched').length, 'pair');
}

function freeName(wanted: string, taken: string[]): string {
  if (!taken.includes(wanted)) return wanted;
  let number = 2;
  while (taken.includes(`${wanted} ${number}`)) number++;
  return `${wanted} ${number}`;
}
