import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import '@awesome.me/webawesome/dist/components/progress-bar/progress-bar.js';
import { html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Complaint } from '../training/messages';
import { StateController } from './app_state';
import { saveModel, savePublished } from './autosave';
import { complaintOf } from './complaint';
import { formatBytes, formatCount } from './format';
import { settingsOf } from './link_terms';
import './mend-complaint';
import './mend-lineage';
import './mend-share-image';
import { NEW_PLACE, type Place } from './mend-share-place';
import './mend-share-result';
import { modelFileName } from './model_file_name';
import { type OwnCollection, ownCollections, publishModel } from './publish';
import { shareFields } from './share_fields';
import { shareStyles } from './share_styles';
import { shared } from './shared_styles';

/** The current model under a link. */
@customElement('mend-share-model')
export class MendShareModel extends LitElement {
  readonly #app = new StateController(this);
  @state() private titleText: string | undefined;
  @state() private description = '';
  @state() private place: Place = NEW_PLACE;
  @state() private sending: { sent: number; total: number } | undefined;
  @state() private complaint: Complaint | undefined;
  #abort: AbortController | undefined;

  static override styles = [shared, shareStyles];

  protected override render() {
    return html`<div class="stack">${this.#result()} ${this.#app.state.model ? this.#form() : this.#empty()}</div>`;
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
        ${shareFields(
          {
            ids: 'share',
            title,
            description: this.description,
            placeholder: 'Specimen, microscope, what it was trained on, what it is good for',
            place: this.place,
            own,
            series,
            disabled: this.sending !== undefined,
          },
          (change) => Object.assign(this, change),
        )}
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
              <div class="row sending">
                <wa-progress-bar
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
    return html`
      <section class="card stack" aria-labelledby="link" data-testid="share-result">
        <h2 id="link">The link to the model</h2>
        <mend-share-result link=${link} what="these very weights" .own=${own}></mend-share-result>
        <mend-share-image model=${model.sharedId} link=${link}></mend-share-image>
      </section>
    `;
  }

  /** Where a new version would go: what the user chose, else the series of the model that it was made from. */
  #series(own: OwnCollection[]): OwnCollection | undefined {
    const { model, published } = this.#app.state;
    const parent = model?.sharedId ? undefined : model?.info.madeFrom?.[0].sharedId;
    const wanted = this.place.series ?? published.find(({ id }) => id === parent)?.collection;
    return own.find(({ collection }) => collection === wanted);
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
    const place = this.#series(ownCollections(state.published)) ?? settingsOf(this.place.terms, Date.now());
    const others = () => state.brokenOff.filter((one) => one !== model.bytes);
    this.complaint = undefined;
    this.sending = { sent: 0, total: model.bytes.byteLength };
    this.#abort = new AbortController();
    try {
      const onProgress = (sent: number, total: number) => {
        this.sending = { sent, total };
      };
      const published = await publishModel(model, text, place, onProgress, this.#abort.signal);
      const shared = { ...model, name: text.title, sharedId: published.id };
      state.update({ published: [published, ...state.published], model: shared, brokenOff: others() });
      this.place = NEW_PLACE;
      await savePublished(published);
      await saveModel({ ...shared, savedAt: Date.now() });
      state.notify('Published. The link is ready.', 'success');
    } catch (error) {
      state.update({ brokenOff: [...others(), model.bytes] });
      if (this.#abort.signal.aborted) state.notify('Publishing was cancelled; nothing is public.');
      else this.complaint = complaintOf(error, 'a store that takes the model', 'Try again in a moment.');
    } finally {
      this.sending = undefined;
    }
  }
}
