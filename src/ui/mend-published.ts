import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { StateController } from './app_state';
import { forgetPublished, type PublishedItem } from './autosave';
import { complaintOf } from './complaint';
import { formatAgo, formatBytes } from './format';
import { termsText } from './link_terms';
import { unpublish } from './publish';
import { shareStyles } from './share_styles';
import { shared } from './shared_styles';

/** What was published from this browser, to open again or to delete. */
@customElement('mend-published')
export class MendPublished extends LitElement {
  readonly #app = new StateController(this);
  @state() private takingBack: PublishedItem | undefined;

  static override styles = [
    shared,
    shareStyles,
    css`
      li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 4px 12px;
        align-items: start;
        padding: 12px 0;
        border-bottom: 1px solid var(--wa-color-surface-border);
      }

      li:last-child {
        border-bottom: none;
        padding-bottom: 0;
      }

      .size,
      wa-button {
        justify-self: end;
      }

      /* A plain button's word, not its edge, stands under the size. */
      wa-button {
        margin-inline-end: -12px;
      }

      a {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
    `,
  ];

  protected override render() {
    const { published } = this.#app.state;
    if (published.length === 0) return nothing;
    return html`
      <section class="card" aria-labelledby="past">
        <h2 id="past">Published from this browser</h2>
        <ul class="small">
          ${published.map((one) => this.#entry(one))}
        </ul>
      </section>
      ${this.#confirmDialog()}
    `;
  }

  #entry(one: PublishedItem) {
    const now = Date.now();
    return html`
      <li data-testid="published" data-kind=${one.kind ?? 'model'}>
        <a href=${one.link}>${one.title}</a>
        <span class="size quiet numbers">${formatBytes(one.bytes)}</span>
        <span class="quiet">
          ${whatItIs(one)}, ${formatAgo(now - one.publishedAt)}<br />
          <span data-testid="published-terms">${termsText(one, now)}</span>
        </span>
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
    state.update({
      model: state.model && unshared(state.model),
      restorations: state.restorations.map(unshared),
      published: state.published.filter(({ id }) => !isGone(id)),
      sharedData: isGone(state.sharedData?.id) ? undefined : state.sharedData,
    });
    state.notify('Deleted. The link leads nowhere now.', 'success');
  }
}

function without<T extends { sharedId?: string }>({ sharedId: _, ...item }: T): T {
  return item as T;
}

const WORDS = { result: 'Image', dataset: 'Data set' };

function whatItIs({ kind, number = 1 }: PublishedItem): string {
  return `${kind ? WORDS[kind] : 'Model'}${number > 1 ? `, version ${number}` : ''}`;
}
