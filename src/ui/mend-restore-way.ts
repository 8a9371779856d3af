import '@awesome.me/webawesome/dist/components/checkbox/checkbox.js';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import '@awesome.me/webawesome/dist/components/slider/slider.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { RestoreWay } from './restore_run';
import { shared } from './shared_styles';

/** How to restore, beside what. Emits `way` with all of it at every change. */
@customElement('mend-restore-way')
export class MendRestoreWay extends LitElement {
  @property({ attribute: false }) way: RestoreWay = {};
  /** There is a stack among the images. */
  @property({ type: Boolean }) stacks = false;
  /** The model has both ends of the dial. */
  @property({ type: Boolean }) dial = false;

  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: 16px;
      }

      wa-slider::part(references) {
        font-size: 0.75rem;
        color: var(--wa-color-text-quiet);
      }
    `,
  ];

  protected override render() {
    const { flips = false } = this.way;
    return html`
      ${this.stacks ? this.#views() : nothing} ${this.dial ? this.#dial() : nothing}
      <wa-checkbox
        size="s"
        hint="Restores each image four times, mirrored, and takes the mean: four times the time."
        ?checked=${flips}
        data-testid="restore-flips"
        @change=${(event: Event) => this.#emit({ flips: (event.target as HTMLInputElement).checked })}
      >
        Less noise
      </wa-checkbox>
    `;
  }

  #views() {
    const { xzViews } = this.way;
    const chosen = xzViews === undefined ? 'auto' : xzViews ? 'side' : 'planes';
    return html`
      <wa-select
        size="s"
        label="Stacks"
        .value=${chosen}
        @change=${(event: Event) => {
          const { value } = event.target as HTMLSelectElement;
          this.#emit({ xzViews: value === 'auto' ? undefined : value === 'side' });
        }}
      >
        <wa-option value="auto">As the defect asks</wa-option>
        <wa-option value="planes">Plane by plane (XY)</wa-option>
        <wa-option value="side">Side views (XZ and YZ), combined</wa-option>
      </wa-select>
    `;
  }

  /** The weights lie on the straight line between the two that were trained. */
  #dial() {
    return html`
      <wa-slider
        size="s"
        label="Fidelity or detail"
        hint="Left: closest to the truth, for measuring. Right: sharper to the eye, and more of it made up."
        min="0"
        max="1"
        step="0.1"
        .value=${this.way.detail ?? 0}
        data-testid="restore-detail"
        @change=${(event: Event) => this.#emit({ detail: Number((event.target as HTMLInputElement).value) })}
      >
        <span slot="reference">Fidelity</span>
        <span slot="reference">Detail</span>
      </wa-slider>
    `;
  }

  #emit(change: RestoreWay): void {
    this.dispatchEvent(new CustomEvent<RestoreWay>('way', { detail: { ...this.way, ...change } }));
  }
}
