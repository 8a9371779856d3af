import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { BYTES_PER_SAMPLE, sampleCount } from '../imaging/image';
import type { Complaint } from '../training/messages';
import { type Restoration, StateController } from './app_state';
import { savePublished } from './autosave';
import { complaintOf } from './complaint';
import { formatBytes } from './format';
import './mend-complaint';
import './mend-share-address';
import { publishSample } from './publish';
import { shared } from './shared_styles';
import { sampleQuery } from './shared_view';

/** A link that opens an image with the published model: as it is looked at on the Restore page at this moment. */
@customElement('mend-share-image')
export class MendShareImage extends LitElement {
  readonly #app = new StateController(this);
  /** Id of the published model. */
  @property() model = '';
  /** The model's link. */
  @property() link = '';
  @state() private complaint: Complaint | undefined;
  @state() private abort: AbortController | undefined;

  static override styles = [
    shared,
    css`
      section {
        display: flex;
        flex-direction: column;
        gap: 8px;
        padding-top: 16px;
        border-top: 1px solid var(--wa-color-surface-border);
      }
    `,
  ];

  protected override render() {
    const item = this.#restored();
    return html`
      <section aria-labelledby="image">
        <h3 id="image">With an image</h3>
        ${item ? this.#offer(item) : this.#none()}
        ${this.complaint ? html`<mend-complaint about="Publishing the image" .error=${this.complaint}></mend-complaint>` : nothing}
      </section>
    `;
  }

  #none() {
    return html`
      <p class="small quiet">
        Restore an image with this model, and you can share a link that opens the model with that image, seen as you see it.
      </p>
    `;
  }

  #offer(item: Restoration) {
    const url = item.sharedId && this.#url(item, item.sharedId);
    if (url)
      return html`
        <mend-share-address url=${url} label="Copy the link with the image" name="image-link"></mend-share-address>
        <p class="small quiet">
          It opens the model with <b>${item.name}</b>, in the same comparison, zoom and contrast as it has on the Restore page
          now.
        </p>
      `;
    return html`
      <p class="small quiet">
        <b>${item.name}</b> and its restoration${item.truth ? ' and truth' : ''} would be uploaded, for a link that opens them
        with the model, seen as you see them now.
      </p>
      <div class="row">
        ${
          this.abort
            ? html`
              <wa-button size="s" appearance="outlined" loading>Publishing</wa-button>
              <wa-button size="s" appearance="plain" @click=${() => this.abort?.abort()}>Cancel</wa-button>
            `
            : html`
              <wa-button size="s" appearance="outlined" data-testid="share-image" @click=${() => this.#publish(item)}>
                <wa-icon slot="start" name="image"></wa-icon>Publish the image, ${formatBytes(bytesOf(item))}
              </wa-button>
            `
        }
      </div>
    `;
  }

  #restored(): Restoration | undefined {
    const { restorations, selected, model } = this.#app.state;
    if (model?.sharedId !== this.model) return undefined;
    const shown = restorations.find(({ id }) => id === selected) ?? restorations[0];
    return shown?.result ? shown : undefined;
  }

  #url({ id, task }: Restoration, image: string): string {
    return `${this.link}${sampleQuery({ image, task, view: this.#app.state.views.get(id) ?? {} })}`;
  }

  async #publish(item: Restoration): Promise<void> {
    const { state } = this.#app;
    const others = () => state.brokenOff.filter((one) => one !== item.image);
    const abort = new AbortController();
    this.abort = abort;
    this.complaint = undefined;
    try {
      const published = await publishSample(item, this.model, abort.signal);
      state.update({ published: [published, ...state.published], brokenOff: others() });
      state.updateRestoration(item.id, { sharedId: published.id });
      await savePublished(published);
      state.notify('Published. The link with the image is ready.', 'success');
    } catch (error) {
      state.update({ brokenOff: [...others(), item.image] });
      if (abort.signal.aborted) state.notify('Publishing was cancelled; nothing is public.');
      else this.complaint = complaintOf(error, 'a store that takes the image', 'Try again in a moment.');
    } finally {
      this.abort = undefined;
    }
  }
}

/** About as much as the files will have. */
function bytesOf({ image, truth, result }: Restoration): number {
  const size = (one: typeof image | undefined) => (one ? sampleCount(one.size) * BYTES_PER_SAMPLE[one.sampleType] : 0);
  return size(image) + size(truth) + size(result?.image);
}
