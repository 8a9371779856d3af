import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import '@awesome.me/webawesome/dist/components/progress-bar/progress-bar.js';
import { html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Complaint } from '../training/messages';
import type { UploadProgress } from '../wire/client';
import { FILES_PER_VERSION } from '../wire/limits';
import { StateController } from './app_state';
import { savePublished } from './autosave';
import { complaintOf } from './complaint';
import { formatBytes, plural } from './format';
import { settingsOf } from './link_terms';
import './mend-complaint';
import { NEW_PLACE, type Place } from './mend-share-place';
import './mend-share-result';
import { type OwnCollection, ownCollections } from './publish';
import { type DataPlan, dataPlan, publishData } from './publish_data';
import { LONGEST_TITLE, shareFields } from './share_fields';
import { shareStyles } from './share_styles';
import { shared } from './shared_styles';
import { isReady, type TaskDraft } from './task_draft';

/** The data set on the Data page under a link. Nothing of it goes out before the button is pressed. */
@customElement('mend-share-data')
export class MendShareData extends LitElement {
  readonly #app = new StateController(this);
  @state() private titleText: string | undefined;
  @state() private description = '';
  @state() private place: Place = NEW_PLACE;
  /** What is on its way, and how far. */
  @state() private sending: { plan: DataPlan; progress: UploadProgress } | undefined;
  @state() private complaint: Complaint | undefined;
  #abort: AbortController | undefined;
  /** Made anew where the tasks have changed: a plan of thousands of pairs takes a moment. */
  #planned: { tasks: TaskDraft[]; plan: DataPlan } | undefined;

  static override styles = [shared, shareStyles];

  protected override render() {
    const { tasks, published, sharedData } = this.#app.state;
    const own = sharedData?.tasks === tasks ? published.find(({ id }) => id === sharedData.id) : undefined;
    if (own)
      return html`
        <section class="card stack" aria-labelledby="data-link" data-testid="share-data-result">
          <h2 id="data-link">The link to the data set</h2>
          <mend-share-result ids="data-" link=${own.link} what="these very images" .own=${own}></mend-share-result>
        </section>
      `;
    return this.sending || isReady(tasks) ? this.#form() : this.#empty(tasks.length > 0);
  }

  #empty(begun: boolean) {
    return html`
      <section class="card empty" data-testid="share-data-empty">
        <h2>${begun ? 'The data set is not complete yet' : 'There is no data set to share yet'}</h2>
        <p class="quiet">
          ${begun ? 'The Data page says what its tasks lack.' : 'Put one together on the Data page, or take an example there.'}
        </p>
        <wa-button appearance="outlined" size="s" href="#/data">Go to Data</wa-button>
      </section>
    `;
  }

  #form() {
    const plan = this.sending?.plan ?? this.#plan();
    const own = ownCollections(this.#app.state.published, 'dataset');
    const title = this.#title();
    const busy = this.sending !== undefined;
    const tooMany = plan.files.length > FILES_PER_VERSION;
    return html`
      <section class="card stack" aria-labelledby="publish-data" data-testid="share-data">
        <h2 id="publish-data">Publish the data set</h2>
        ${shareFields(
          {
            ids: 'share-data',
            title,
            description: this.description,
            placeholder: 'Specimen, microscope, what spoils the images, how they may be used',
            place: this.place,
            own,
            series: this.#series(own),
            disabled: busy,
          },
          (change) => Object.assign(this, change),
        )}
        ${this.#uploadList(plan)}
        ${
          this.sending
            ? this.#progress(this.sending.progress, plan)
            : html`
              <div class="row">
                <wa-button
                  variant="brand"
                  ?disabled=${title.trim() === '' || tooMany}
                  data-testid="share-data-publish"
                  @click=${this.#publish}
                >
                  <wa-icon slot="start" name="upload"></wa-icon>${this.complaint ? 'Go on publishing' : 'Publish'},
                  ${formatBytes(plan.bytes)}
                </wa-button>
                <span class="small quiet">
                  ${
                    tooMany
                      ? `A data set has at most ${FILES_PER_VERSION} files.`
                      : 'Until you press it, nothing goes out.'
                  }
                </span>
              </div>
            `
        }
        ${
          this.complaint
            ? html`<mend-complaint about="Publishing the data set" .error=${this.complaint}></mend-complaint>`
            : nothing
        }
      </section>
    `;
  }

  #uploadList({ files, tasks, pairs, bytes, without }: DataPlan) {
    const names = tasks.map(({ name }) => `“${name}”`).join(', ');
    return html`
      <div class="upload-list">
        <wa-icon class="yes" name="upload" label="uploaded"></wa-icon>
        <span data-testid="share-data-files">
          ${plural(files.length, 'image')} as TIFF${pairs > 0 ? `, ${plural(pairs, 'pair')} among them` : ''}, for
          ${plural(tasks.length, 'task')}: ${names}
        </span>
        <span class="size numbers">${formatBytes(bytes)}</span>
        <wa-icon class="yes" name="upload" label="uploaded"></wa-icon>
        <span>Their names, pixel sizes and the notes that their files hold; title and description</span>
        <span></span>
        ${
          without > 0
            ? html`
              <wa-icon class="no" name="lock" label="not uploaded"></wa-icon>
              <span class="quiet">Not the ${plural(without, 'image')} without a partner</span>
              <span></span>
            `
            : nothing
        }
      </div>
    `;
  }

  #progress({ files, filesDone, bytesDone }: UploadProgress, { bytes }: DataPlan) {
    return html`
      <div class="row sending">
        <wa-progress-bar
          label="Upload"
          value=${(100 * filesDone) / files}
          ?indeterminate=${filesDone === 0}
        ></wa-progress-bar>
        <span class="small quiet numbers" role="status">
          ${filesDone} of ${files} files, ${formatBytes(Math.min(bytesDone, bytes))} of ${formatBytes(bytes)}
        </span>
        <wa-button size="s" appearance="plain" data-testid="share-data-cancel" @click=${() => this.#abort?.abort()}>
          Cancel
        </wa-button>
      </div>
    `;
  }

  #plan(): DataPlan {
    const { tasks } = this.#app.state;
    if (this.#planned?.tasks !== tasks) this.#planned = { tasks, plan: dataPlan(tasks) };
    return this.#planned.plan;
  }

  #title(): string {
    const { tasks, dataset } = this.#app.state;
    return (
      this.titleText ??
      dataset?.title ??
      tasks
        .map(({ name }) => name.trim())
        .join(', ')
        .slice(0, LONGEST_TITLE)
    );
  }

  #series(own: OwnCollection[]): OwnCollection | undefined {
    return own.find(({ collection }) => collection === this.place.series);
  }

  async #publish(): Promise<void> {
    const { state } = this.#app;
    const { tasks } = state;
    const plan = this.#plan();
    const text = { title: this.#title().trim(), description: this.description.trim() };
    const place = this.#series(ownCollections(state.published, 'dataset')) ?? settingsOf(this.place.terms, Date.now());
    const others = () => state.brokenOff.filter((one) => one !== plan);
    const abort = new AbortController();
    this.#abort = abort;
    this.complaint = undefined;
    this.sending = { plan, progress: { files: plan.files.length, filesDone: 0, bytesDone: 0, bytesSent: 0 } };
    try {
      const { EdgeClient } = await import('../wire/client');
      const published = await publishData(new EdgeClient(location.origin), plan, text, place, {
        signal: abort.signal,
        onProgress: (progress) => {
          if (!abort.signal.aborted) this.sending = { plan, progress };
        },
      });
      const sharedData = { id: published.id, tasks };
      state.update({ published: [published, ...state.published], sharedData, brokenOff: others() });
      this.place = NEW_PLACE;
      this.titleText = undefined;
      await savePublished(published);
      state.notify('Published. The link to the data set is ready.', 'success');
    } catch (error) {
      state.update({ brokenOff: [...others(), plan] });
      if (abort.signal.aborted) state.notify('Publishing was cancelled; nothing is public.');
      else this.complaint = complaintOf(error, 'a store that takes the data set', 'Try again in a moment.');
    } finally {
      // Where one file failed, others are still on their way.
      abort.abort();
      this.sending = undefined;
    }
  }
}
