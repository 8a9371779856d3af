import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import { css, html, LitElement } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type PhantomPair, type PhantomTask, phantomPair } from '../imaging/phantoms/phantom';
import { autoContrast } from './contrast';
import { EXAMPLE_COUNT, EXAMPLES } from './example';
import './mend-thumbnail';
import { shared } from './shared_styles';

/** The phantoms, each shown defective beside clean. Emits `example` (a phantom's name). */
@customElement('mend-example-picker')
export class MendExamplePicker extends LitElement {
  /** The example being made, and how many of its images are ready. */
  @property({ attribute: false }) making: { task: PhantomTask; done: number } | undefined;
  @state() private samples = new Map<PhantomTask, PhantomPair>();

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#draw();
  }

  async #draw(): Promise<void> {
    for (const { task } of EXAMPLES) {
      await new Promise((resolve) => setTimeout(resolve));
      this.samples = new Map(this.samples).set(task, phantomPair(task, { seed: 7, size: 96 }));
    }
  }

  static override styles = [
    shared,
    css`
      ul {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(232px, 1fr));
        gap: 16px;
      }

      li {
        display: flex;
        flex-direction: column;
        gap: 8px;
        padding: 16px;
        background: var(--wa-color-surface-raised);
        border: 1px solid var(--wa-color-surface-border);
        border-radius: 10px;
      }

      .pictures {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 2px;
        border-radius: 6px;
        overflow: hidden;
      }

      mend-thumbnail {
        border-radius: 0;
      }

      p {
        flex: 1;
      }
    `,
  ];

  protected override render() {
    return html`
      <ul>
        ${EXAMPLES.map(({ task, title, text }) => {
          const sample = this.samples.get(task);
          const making = this.making?.task === task;
          return html`
            <li>
              <div class="pictures">
                <mend-thumbnail .plane=${sample?.defective} label="${title}, defective"></mend-thumbnail>
                <mend-thumbnail
                  .plane=${sample?.clean}
                  .contrast=${sample ? autoContrast(sample.clean) : undefined}
                  label="${title}, clean"
                ></mend-thumbnail>
              </div>
              <h3>${title}</h3>
              <p class="small quiet">${text}</p>
              <wa-button
                size="s"
                appearance="filled"
                variant="brand"
                data-testid="example-${task}"
                ?loading=${making}
                ?disabled=${this.making !== undefined && !making}
                @click=${() => this.dispatchEvent(new CustomEvent<PhantomTask>('example', { detail: task }))}
              >
                Use ${EXAMPLE_COUNT} example pairs
              </wa-button>
            </li>
          `;
        })}
      </ul>
    `;
  }
}
