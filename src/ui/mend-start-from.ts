import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import '@awesome.me/webawesome/dist/components/checkbox/checkbox.js';
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { LoadedModel } from './app_state';
import { shared } from './shared_styles';

/** The model that the run will begin with. Emits `add` (whether the tasks join the model's own) and `anew`. */
@customElement('mend-start-from')
export class MendStartFrom extends LitElement {
  @property({ attribute: false }) model!: LoadedModel;
  @property({ type: Boolean }) adding = false;

  static override styles = [
    shared,
    css`
      wa-callout::part(message) {
        display: flex;
        flex-direction: column;
        gap: 12px;
      }

      wa-callout::part(icon) {
        align-self: flex-start;
      }

      wa-button {
        align-self: flex-start;
        margin-inline-start: -10px;
      }
    `,
  ];

  protected override render() {
    const { name, info } = this.model;
    return html`
      <wa-callout variant="brand" size="s" data-testid="start-from">
        <wa-icon slot="icon" name="fork"></wa-icon>
        <p>
          Trains <b>${name}</b> further, on your data. The preset is the model’s own; its optimiser starts anew. The new model’s
          record will name it.
        </p>
        ${
          info.paints
            ? html`
              <wa-checkbox
                size="s"
                hint="Quicker: its CIN-GAN learns only scales and shifts for your tasks. It keeps what it knows: ${info.tasks
                  .map((task) => task.name)
                  .join(', ')}."
                ?checked=${this.adding}
                data-testid="add-tasks"
                @change=${(event: Event) =>
                  this.dispatchEvent(new CustomEvent('add', { detail: (event.target as HTMLInputElement).checked }))}
              >
                Add my tasks to the model’s own
              </wa-checkbox>
            `
            : nothing
        }
        <wa-button
          size="xs"
          appearance="plain"
          data-testid="start-anew"
          @click=${() => this.dispatchEvent(new CustomEvent('anew'))}
        >
          Start anew instead
        </wa-button>
      </wa-callout>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'mend-start-from': MendStartFrom;
  }
}
