import { css, html, LitElement } from 'lit';
import { customElement } from 'lit/decorators.js';
import { StateController } from './app_state';
import './mend-published';
import './mend-share-data';
import './mend-share-model';
import { shareStyles } from './share_styles';
import { shared } from './shared_styles';
import { whatHasLeft } from './what_has_left';

/** Fourth step: the model and the data set under links. The only place from which anything is uploaded. */
@customElement('mend-share')
export class MendShare extends LitElement {
  readonly #app = new StateController(this);

  static override styles = [
    shared,
    shareStyles,
    css`
      .columns {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(320px, 448px);
        gap: 24px;
        align-items: start;
      }

      @media (max-width: 1080px) {
        .columns {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  protected override render() {
    return html`
      <div class="page-head">
        <h1>Share</h1>
        <p class="lead">
          Publish the model or the data set under a link. Whoever opens it restores images with the same weights, or
          trains on the same images, in their own browser.
        </p>
      </div>
      <div class="columns">
        <div class="stack">
          <mend-share-model></mend-share-model>
          <mend-share-data></mend-share-data>
        </div>
        <div class="stack">
          ${this.#privacy()}
          <mend-published></mend-published>
        </div>
      </div>
    `;
  }

  #privacy() {
    const { heading, text } = whatHasLeft(this.#app.state);
    return html`
      <section class="card stack" aria-labelledby="private">
        <h2 id="private">${heading}</h2>
        <p class="small quiet">
          Reading, training and restoring happen in this page. It asks the server for its own files and, when you open a
          share link, for what is under it. ${text}
        </p>
        <p class="small quiet">
          To see for yourself, open the browser’s network panel: every request is listed there.
        </p>
      </section>
    `;
  }
}
