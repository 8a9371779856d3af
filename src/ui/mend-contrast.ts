import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/number-input/number-input.js';
import '@awesome.me/webawesome/dist/components/slider/slider.js';
import '@awesome.me/webawesome/dist/components/switch/switch.js';
import type WaSlider from '@awesome.me/webawesome/dist/components/slider/slider.js';
import { css, html, LitElement, type PropertyValues } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { Plane } from '../imaging/image';
import { IN_MEMORY } from './canvas';
import { type Contrast, displayBins, type Histogram, histogram } from './contrast';
import { formatNumber } from './format';
import { SchemeController } from './scheme';
import { shared } from './shared_styles';

const BINS = 128;
const STEPS = 1000;

export interface HistogramCurve {
  plane: Plane;
  colour: 'input' | 'restored' | 'truth';
}

/** Minimum and maximum over the histograms of the panels. Emits `contrast`, `auto`, `full` and `link`. */
@customElement('mend-contrast')
export class MendContrast extends LitElement {
  @property({ attribute: false }) curves: HistogramCurve[] = [];
  /** Extremes of the slider: of all the panels' intensities. */
  @property({ attribute: false }) range: Contrast = { min: 0, max: 1 };
  @property({ attribute: false }) contrast: Contrast = { min: 0, max: 1 };
  /** One contrast for every panel. */
  @property({ type: Boolean }) linked = true;
  @query('canvas') private canvas!: HTMLCanvasElement;
  #histograms: (Histogram & Pick<HistogramCurve, 'colour'>)[] = [];

  constructor() {
    super();
    new SchemeController(this, () => this.#draw());
  }

  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: 8px;
      }

      canvas {
        display: block;
        width: 100%;
        height: 64px;
        border-radius: 4px;
        background: var(--wa-color-surface-lowered);
      }

      .values {
        display: grid;
        grid-template-columns: repeat(2, minmax(0, 1fr));
        gap: 8px;
      }

      wa-slider {
        margin: -4px 0 4px;
      }

      wa-number-input::part(form-control-label) {
        font-size: 0.75rem;
      }
    `,
  ];

  protected override render() {
    const { min, max } = this.contrast;
    const span = this.range.max - this.range.min || 1;
    const place = (value: number) => Math.round(((value - this.range.min) / span) * STEPS);
    return html`
      <div class="row spread">
        <h3>Contrast</h3>
        <div class="row">
          <wa-button size="xs" appearance="outlined" title="Leave 0.35 % of the pixels saturated, as in Fiji" data-testid="contrast-auto" @click=${() => this.#emit('auto')}>
            Auto
          </wa-button>
          <wa-button size="xs" appearance="outlined" @click=${() => this.#emit('full')}>Full range</wa-button>
        </div>
      </div>
      <canvas width="512" height="128" role="img" aria-label="Histogram" @contextrestored=${this.#draw}></canvas>
      <wa-slider
        range
        size="s"
        aria-label="Displayed minimum and maximum"
        min="0"
        max=${STEPS}
        .minValue=${clampStep(place(min))}
        .maxValue=${clampStep(place(max))}
        .valueFormatter=${(step: number) => formatNumber(this.range.min + (step / STEPS) * span)}
        with-tooltip
        ?disabled=${!this.linked}
        @input=${this.#slide}
      ></wa-slider>
      <div class="values">
        ${this.#field('Minimum', min, (value) => ({ min: value, max }))}
        ${this.#field('Maximum', max, (value) => ({ min, max: value }))}
      </div>
      <wa-switch
        size="s"
        ?checked=${this.linked}
        hint=${this.linked ? '' : 'Each panel is stretched by itself: brightness cannot be compared.'}
        @change=${(event: Event) => this.#emit('link', (event.target as HTMLInputElement).checked)}
        >Same contrast in every panel</wa-switch
      >
    `;
  }

  #field(label: string, value: number, contrast: (value: number) => Contrast) {
    return html`
      <wa-number-input
        size="xs"
        step="any"
        without-steppers
        label=${label}
        .value=${this.#shown(value)}
        ?disabled=${!this.linked}
        @change=${(event: Event) => {
          const number = Number((event.target as HTMLInputElement).value);
          if (Number.isFinite(number)) this.#emit('contrast', contrast(number));
        }}
      ></wa-number-input>
    `;
  }

  /** With as many digits as tell a thousandth of the range. */
  #shown(value: number): string {
    const span = this.range.max - this.range.min || 1;
    return value.toFixed(Math.min(12, Math.max(0, 3 - Math.floor(Math.log10(span)))));
  }

  protected override updated(changed: PropertyValues<this>): void {
    // Counting goes over every pixel; a moved slider only paints again.
    if (changed.has('curves') || changed.has('range')) this.#count();
    if (changed.has('curves') || changed.has('range') || changed.has('contrast')) this.#draw();
  }

  #count(): void {
    const { bins, range } = displayBins(this.range, BINS);
    this.#histograms = this.curves.map(({ plane, colour }) => ({ ...histogram(plane, bins, range), colour }));
  }

  /** Bars of the first panel, lines of the others; heights are logarithmic, as dim pixels are many. */
  #draw(): void {
    const context = this.hasUpdated ? this.canvas.getContext('2d', IN_MEMORY) : null;
    if (!context) return;
    const { width, height } = this.canvas;
    const style = getComputedStyle(this);
    context.clearRect(0, 0, width, height);
    const span = this.range.max - this.range.min || 1;
    const at = (value: number) => ((value - this.range.min) / span) * width;
    context.fillStyle = style.getPropertyValue('--wa-color-neutral-fill-normal');
    context.fillRect(at(this.contrast.min), 0, at(this.contrast.max) - at(this.contrast.min), height);
    for (const [index, { counts, min, max, colour }] of this.#histograms.entries()) {
      const edge = (bin: number) => at(min + (bin / counts.length) * (max - min));
      const tallest = Math.log1p(Math.max(1, ...counts));
      context.beginPath();
      context.moveTo(0, height);
      for (const [bin, count] of counts.entries()) {
        const y = height - (Math.log1p(count) / tallest) * (height - 8);
        context.lineTo(edge(bin), y);
        context.lineTo(edge(bin + 1), y);
      }
      context.lineTo(width, height);
      context.globalAlpha = index === 0 ? 0.45 : 1;
      const tone = style.getPropertyValue(`--mend-${colour}`);
      if (index === 0) {
        context.fillStyle = tone;
        context.fill();
      } else {
        context.strokeStyle = tone;
        context.lineWidth = 2;
        context.stroke();
      }
      context.globalAlpha = 1;
    }
  }

  #slide(event: Event): void {
    const { minValue, maxValue } = event.target as WaSlider;
    const span = this.range.max - this.range.min || 1;
    const intensity = (step: number) => this.range.min + (step / STEPS) * span;
    this.#emit('contrast', { min: intensity(minValue), max: intensity(Math.max(maxValue, minValue + 1)) });
  }

  #emit(name: 'contrast' | 'auto' | 'full' | 'link', detail?: Contrast | boolean): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

function clampStep(step: number): number {
  return Math.min(STEPS, Math.max(0, step));
}
