import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import '@awesome.me/webawesome/dist/components/copy-button/copy-button.js';
import '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import '@awesome.me/webawesome/dist/components/input/input.js';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/progress-bar/progress-bar.js';
import '@awesome.me/webawesome/dist/components/qr-code/qr-code.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import '@awesome.me/webawesome/dist/components/textarea/textarea.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Complaint } from '../training/messages';
import { StateController } from './app_state';
import { forgetPublished, saveModel, savePublished } from './autosave';
import { complaintOf } from './complaint';
import { formatAgo, formatBytes, formatCount } from './format';
import './mend-complaint';
import './mend-lineage';
import './mend-share-image';
import { modelFileName } from './model_file_name';
import { editLinkOf, type OwnCollection, ownCollections, type PublishedItem, publishModel, unpublish } from './publish';
import { shared } from './shared_styles';

/** Fourth step: the model under a link. The only place from which anything is uploaded. */
@customElement('mend-share')
export class MendShare extends LitElement {
  readonly #app = new StateController(this);
  @state() private titleText: string | undefined;
  @state() private description = '';
  /** Collection that a new version goes to, '' for a publication of its own; undefined until the user chooses. */
  @state() private chosenSeries: string | undefined;
  @state() private sending: { sent: number; total: number } | undefined;
  @state() private complaint: Complaint | undefined;
  @state() private takingBack: PublishedItem | undefined;
  #abort: AbortController | undefined;

  static override styles = [
    shared,
    css`
      .columns {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(320px, 448px);
        gap: 24px;
        align-items: start;
      }

      .upload-list {
        display: grid;
        grid-template-columns: auto 1fr auto;
        gap: 8px 12px;
        align-items: center;
        font-size: 0.875rem;
        line-height: 1.25rem;
        padding: 16px;
        border-radius: 8px;
        background: var(--wa-color-surface-lowered);
      }

      .upload-list wa-icon {
        font-size: 1rem;
      }

      .yes {
        color: var(--wa-color-brand-on-quiet);
      }

      .no {
        color: var(--wa-color-text-quiet);
      }

      .size {
        text-align: end;
      }

      .result {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 24px;
        align-items: center;
      }

      .qr {
        padding: 12px;
        background: #fff;
        border: 1px solid var(--wa-color-surface-border);
        border-radius: 8px;
        line-height: 0;
        /* Dark on white in both schemes, or no camera reads it. */
        color: #10151a;
      }

      .link {
        display: flex;
        align-items: center;
        gap: 8px;
        padding: 4px 4px 4px 12px;
        border: 1px solid var(--wa-color-surface-border);
        border-radius: 8px;
        background: var(--wa-color-surface-lowered);
        min-width: 0;
      }

      .link a {
        flex: 1;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        font-family: var(--wa-font-family-code);
        font-size: 0.8125rem;
      }

      .edit {
        display: flex;
        flex-direction: column;
        gap: 8px;
      }

      .past li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 4px 12px;
        padding: 12px 0;
        border-bottom: 1px solid var(--wa-color-surface-border);
      }

      .past li:last-child {
        border-bottom: none;
        padding-bottom: 0;
      }

      .past a {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      .empty {
        display: grid;
        justify-items: start;
        gap: 16px;
      }

      @media (max-width: 1080px) {
        .columns {
          grid-template-columns: minmax(0, 1fr);
        }
      }

      @media (max-width: 720px) {
        .card {
          padding: 16px;
        }

        .result {
          grid-template-columns: minmax(0, 1fr);
          justify-items: start;
        }

        .result > .stack {
          width: 100%;
        }
      }
    `,
  ];

  protected override render() {
    const { model } = this.#app.state;
    return html`
      <div class="page-head">
        <h1>Share</h1>
        <p class="lead">
          Publish the model under a link. Whoever opens it restores images with the same weights, in their own browser.
        </p>
      </div>
      <div class="columns">
        <div class="stack">${this.#result()} ${model ? this.#form() : this.#empty()}</div>
        <div class="stack">${this.#privacy()} ${this.#past()}</div>
      </div>
      ${this.#confirmDialog()}
    `;
  }

  #empty() {
    return html`
      <section class="card empty" data-testid="share-empty">
        <h2>There is no model to share yet</h2>
        <p class="quiet">Train one, or open the file of one on the Restore page.</p>
        <div class="row">
          <wa-button variant="brand" size="s" href="#/train">Go to Train</wa-button>
          <wa-button appearance="outlined" size="s" href="#/restore">Open a file</wa-button>
        </div>
      </section>
    `;
  }

  #form() {
    const { model } = this.#app.state;
    if (!model) return nothing;
    const title = this.titleText ?? model.name;
    const own = ownCollections(this.#app.state.published);
    const series = this.#series(own);
    return html`
      <section class="card stack" aria-labelledby="publish">
        <h2 id="publish">Publish the current model</h2>
        ${
          model.info.madeFrom
            ? html`<p class="small"><mend-lineage .ancestors=${model.info.madeFrom}></mend-lineage></p>`
            : nothing
        }
        ${
          own.length > 0
            ? html`
              <wa-select
                size="s"
                label="As"
                hint=${series ? 'The links of its earlier versions stay as they are.' : ''}
                .value=${series?.collection ?? ''}
                ?disabled=${this.sending !== undefined}
                data-testid="share-series"
                @change=${(event: Event) => {
                  this.chosenSeries = (event.target as HTMLSelectElement).value;
                }}
              >
                <wa-option value="">A new publication</wa-option>
                ${own.map(
                  ({ collection, title: newest }) =>
                    html`<wa-option value=${collection}>A new version of “${newest}”</wa-option>`,
                )}
              </wa-select>
            `
            : nothing
        }
        <wa-input
          size="s"
          label="Title"
          maxlength="200"
          .value=${title}
          ?disabled=${this.sending !== undefined}
          data-testid="share-title"
          @input=${(event: Event) => {
            this.titleText = (event.target as HTMLInputElement).value;
          }}
        ></wa-input>
        <wa-textarea
          size="s"
          label="Description"
          placeholder="Specimen, microscope, what it was trained on, what it is good for"
          rows="3"
          maxlength="4000"
          .value=${this.description}
          ?disabled=${this.sending !== undefined}
          @input=${(event: Event) => {
            this.description = (event.target as HTMLTextAreaElement).value;
          }}
        ></wa-textarea>
        <div class="upload-list">
          <wa-icon class="yes" name="upload" label="uploaded"></wa-icon>
          <span>
            The model: ${formatCount(model.info.parameters)} weights, its settings, the names of
            its tasks${model.info.madeFrom ? ', of the models it was made from' : ''} and of the adapter that trained it
          </span>
          <span class="size numbers">${formatBytes(model.bytes.byteLength)}</span>
          <wa-icon class="yes" name="upload" label="uploaded"></wa-icon>
          <span>Title and description</span>
          <span></span>
          <wa-icon class="no" name="lock" label="not uploaded"></wa-icon>
          <span class="quiet">Not your images, neither those trained on nor those restored</span>
          <span></span>
        </div>
        ${
          this.sending
            ? html`
              <div class="row">
                <wa-progress-bar
                  style="flex: 1"
                  label="Upload"
                  value=${(100 * this.sending.sent) / this.sending.total}
                  ?indeterminate=${this.sending.sent === 0}
                ></wa-progress-bar>
                <wa-button size="s" appearance="plain" @click=${() => this.#abort?.abort()}>Cancel</wa-button>
              </div>
            `
            : html`
              <div class="row">
                <wa-button variant="brand" appearance=${model.sharedId ? 'outlined' : 'accent'} ?disabled=${title.trim() === ''} data-testid="share-publish" @click=${this.#publish}>
                  <wa-icon slot="start" name="upload"></wa-icon>${series ? 'Publish the new version' : model.sharedId ? 'Publish again' : 'Publish'},
                  ${formatBytes(model.bytes.byteLength)}
                </wa-button>
                <span class="small quiet">The link is public to whoever has it, and cannot be guessed.</span>
              </div>
            `
        }
        ${this.complaint ? html`<mend-complaint about="Publishing" .error=${this.complaint}></mend-complaint>` : nothing}
      </section>
    `;
  }

  #result() {
    const { model, published } = this.#app.state;
    if (!model?.sharedId) return nothing;
    const own = published.find(({ id }) => id === model.sharedId);
    const link = own?.link ?? `${location.origin}/m/${model.sharedId}`;
    const editLink = own && editLinkOf(own);
    return html`
      <section class="card stack" aria-labelledby="link" data-testid="share-result">
        <h2 id="link">The link</h2>
        <div class="result">
          <div class="stack">
            <div class="link">
              <a href=${link} data-testid="share-link">${link}</a>
              <wa-copy-button value=${link} copy-label="Copy the link"></wa-copy-button>
            </div>
            <p class="small quiet">
              It always shows these very weights: a new version gets a new link.
              ${
                own
                  ? html`
                    This is version <span data-testid="share-number">${own.number ?? 1}</span> of
                    <a href="/c/${own.collection}" data-testid="collection-link">its collection</a>.
                  `
                  : nothing
              }
            </p>
            ${
              editLink
                ? html`
                  <div class="edit">
                    <h3>Your edit link</h3>
                    <div class="link">
                      <a href=${editLink} data-testid="edit-link">${editLink}</a>
                      <wa-copy-button value=${editLink} copy-label="Copy the edit link"></wa-copy-button>
                    </div>
                    <p class="small quiet">
                      Whoever holds it may change or delete the publication. It is kept in this browser only.
                    </p>
                  </div>
                `
                : nothing
            }
          </div>
          <div class="qr"><wa-qr-code value=${link} fill="#10151a" background="#ffffff" size="144" label="QR code of the link"></wa-qr-code></div>
        </div>
        <mend-share-image model=${model.sharedId} link=${link}></mend-share-image>
      </section>
    `;
  }

  #privacy() {
    const { published } = this.#app.state;
    return html`
      <section class="card stack" aria-labelledby="private">
        <h2 id="private">
          ${published.length === 0 ? 'Nothing has left this browser so far' : 'Only what is listed below has left this browser'}
        </h2>
        <p class="small quiet">
          Reading, training and restoring happen in this page. It asks the server for its own files and, when you open a
          share link, for what is under it. ${published.length === 0 ? 'The first upload is the one that you start here.' : 'Nothing is uploaded but what you publish here.'}
        </p>
        <p class="small quiet">
          To see for yourself, open the browser’s network panel: every request is listed there.
        </p>
      </section>
    `;
  }

  #past() {
    const { published } = this.#app.state;
    if (published.length === 0) return nothing;
    return html`
      <section class="card" aria-labelledby="past">
        <h2 id="past">Published from this browser</h2>
        <ul class="past small">
          ${published.map(
            (one) => html`
              <li>
                <a href=${one.link}>${one.title}</a>
                <span class="quiet numbers">${formatBytes(one.bytes)}</span>
                <span class="quiet">${whatItIs(one)}${formatAgo(Date.now() - one.publishedAt)}</span>
                ${
                  one.editToken
                    ? html`
                      <wa-button size="xs" appearance="plain" variant="danger" @click=${() => (this.takingBack = one)}>
                        Delete
                      </wa-button>
                    `
                    : nothing
                }
              </li>
            `,
          )}
        </ul>
      </section>
    `;
  }

  #confirmDialog() {
    const one = this.takingBack;
    const versions = this.#app.state.published.filter(({ collection }) => collection === one?.collection).length;
    return html`
      <wa-dialog label="Delete this publication?" ?open=${one !== undefined} @wa-after-hide=${() => (this.takingBack = undefined)}>
        <p>
          “${one?.title}” will be gone from the server${versions > 1 ? `, all ${versions} versions of it,` : ''} and its
          ${versions > 1 ? 'links' : 'link'} will lead nowhere. What is in this browser stays.
        </p>
        <wa-button slot="footer" appearance="plain" data-dialog="close">Keep it</wa-button>
        <wa-button slot="footer" variant="danger" @click=${this.#takeBack}>Delete</wa-button>
      </wa-dialog>
    `;
  }

  /** Where a new version would go: what the user chose, else the series of the model that it was made from. */
  #series(own: OwnCollection[]): OwnCollection | undefined {
    const { model, published } = this.#app.state;
    const parent = model?.sharedId ? undefined : model?.info.madeFrom?.[0].sharedId;
    const wanted = this.chosenSeries ?? published.find(({ id }) => id === parent)?.collection;
    return own.find(({ collection }) => collection === wanted);
  }

  async #takeBack(): Promise<void> {
    const { state } = this.#app;
    const one = this.takingBack;
    this.takingBack = undefined;
    if (!one) return;
    try {
      await unpublish(one);
    } catch (error) {
      const { got, fix } = complaintOf(error, 'a publication to delete', 'Try again in a moment.');
      state.notify(`Not deleted: ${got} ${fix}`, 'danger');
      return;
    }
    const gone = state.published.filter(({ collection }) => collection === one.collection).map(({ id }) => id);
    for (const id of gone) await forgetPublished(id);
    const isGone = (id: string | undefined) => id !== undefined && gone.includes(id);
    const unshared = <T extends { sharedId?: string }>(item: T) => (isGone(item.sharedId) ? without(item) : item);
    const published = state.published.filter(({ id }) => !isGone(id));
    const restorations = state.restorations.map(unshared);
    state.update({ model: state.model && unshared(state.model), restorations, published });
    state.notify('Deleted. The link leads nowhere now.', 'success');
  }

  async #publish(): Promise<void> {
    const { state } = this.#app;
    const { model } = state;
    if (!model) return;
    const text = {
      title: (this.titleText ?? model.name).trim(),
      description: this.description.trim(),
      file: modelFileName(model.info.tasks.map((task) => task.name)),
    };
    const series = this.#series(ownCollections(state.published));
    this.complaint = undefined;
    this.chosenSeries = undefined;
    this.sending = { sent: 0, total: model.bytes.byteLength };
    this.#abort = new AbortController();
    try {
      const onProgress = (sent: number, total: number) => {
        this.sending = { sent, total };
      };
      const published = await publishModel(model, text, series, onProgress, this.#abort.signal);
      const shared = { ...model, name: text.title, sharedId: published.id };
      state.update({ published: [published, ...state.published], model: shared });
      await savePublished(published);
      await saveModel({ ...shared, savedAt: Date.now() });
      state.notify('Published. The link is ready.', 'success');
    } catch (error) {
      if (this.#abort.signal.aborted) state.notify('Publishing was cancelled; nothing is public.');
      else this.complaint = complaintOf(error, 'a store that takes the model', 'Try again in a moment.');
    } finally {
      this.sending = undefined;
    }
  }
}

function without<T extends { sharedId?: string }>({ sharedId: _, ...item }: T): T {
  return item as T;
}

function whatItIs({ kind, number = 1 }: PublishedItem): string {
  if (kind === 'result') return 'an image, ';
  return number > 1 ? `version ${number}, ` : '';
}
