import { css, html, LitElement, type PropertyValues, unsafeCSS } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import uPlot from 'uplot';
import uplotCss from 'uplot/dist/uPlot.min.css?inline';
import { formatNumber } from './format';
import { termName } from './run_state';
import { SchemeController } from './scheme';
import { shared } from './shared_styles';
import { smoothed } from './smoothing';

const HEIGHT = 136;

/** One loss term over the steps: every value faintly, their running mean over it. */
@customElement('mend-loss-chart')
export class MendLossChart extends LitElement {
  @property() term = '';
  @property({ attribute: false }) steps: number[] = [];
  @property({ attribute: false }) values: number[] = [];
  /** The arrays grow in place; this tells that they did. */
  @property({ type: Number }) revision = 0;
  @property({ type: Boolean }) log = false;
  @query('.plot') private holder!: HTMLElement;
  #plot: uPlot | undefined;
  #builtFor = '';
  #sizes: ResizeObserver | undefined;

  constructor() {
    super();
    new SchemeController(this, () => this.#plot?.redraw(false, true));
  }

  static override styles = [
    unsafeCSS(uplotCss),
    shared,
    css`
      :host {
        min-width: 0;
      }

      figure {
        display: flex;
        flex-direction: column;
        gap: 4px;
        padding: 12px 12px 4px;
        border: 1px solid var(--wa-color-surface-border);
        border-radius: 8px;
        background: var(--wa-color-surface-raised);
      }

      figcaption {
        display: flex;
        justify-content: space-between;
        align-items: baseline;
        gap: 8px;
        font-size: 0.8125rem;
        line-height: 1.25rem;
        font-weight: 600;
      }

      output {
        font-weight: 500;
        font-variant-numeric: tabular-nums;
        color: var(--wa-color-text-quiet);
        white-space: nowrap;
      }

      .plot {
        height: ${HEIGHT}px;
        overflow: hidden;
      }
    `,
  ];

  protected override render() {
    const last = this.values[this.values.length - 1];
    return html`
      <figure data-testid="loss-${this.term}" data-points=${this.steps.length}>
        <figcaption>
          <span>${termName(this.term)}</span>
          <output>${last === undefined || Number.isNaN(last) ? '–' : formatNumber(last)}</output>
        </figcaption>
        <div class="plot" role="img" @contextrestored=${this.#restored} aria-label="${termName(this.term)} over ${this.steps.length} logged steps"></div>
      </figure>
    `;
  }

  protected override updated(_changed: PropertyValues<this>): void {
    const scale = !this.log ? 'linear' : this.values.some((value) => value <= 0) ? 'asinh' : 'log';
    if (!this.#plot || this.#builtFor !== scale) this.#build(scale);
    this.#plot?.setData([this.steps, this.values, smoothed(this.values)]);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#sizes = new ResizeObserver(() => this.#fit());
    this.#sizes.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sizes?.disconnect();
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  /** Of the canvas inside, whose events go no further than to who listens on their way in. */
  #restored = { capture: true, handleEvent: () => this.#plot?.redraw(false) };

  #fit(): void {
    const width = this.holder?.clientWidth ?? 0;
    if (width > 0) this.#plot?.setSize({ width, height: HEIGHT });
  }

  #build(scale: 'linear' | 'log' | 'asinh'): void {
    this.#plot?.destroy();
    this.#builtFor = scale;
    const colour = (name: string) => () => getComputedStyle(this).getPropertyValue(name).trim();
    const axis: uPlot.Axis = {
      stroke: colour('--wa-color-text-quiet'),
      grid: { stroke: colour('--wa-color-surface-border'), width: 1 },
      ticks: { show: false },
      font: '11px Inter, system-ui, sans-serif',
      gap: 4,
    };
    const options: uPlot.Options = {
      width: Math.max(120, this.holder.clientWidth),
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false }, sync: { key: 'mendscope-losses' } },
      padding: [8, 14, 0, 0],
      scales: {
        x: { time: false },
        y: {
          distr: scale === 'linear' ? 1 : scale === 'log' ? 3 : 4,
          // Whole decades, the default, would flatten curves that move by less.
          ...(scale === 'log'
            ? { range: (_: uPlot, min: number, max: number) => [min / 1.2, max * 1.2] as [number, number] }
            : {}),
        },
      },
      axes: [
        { ...axis, size: 24, space: 56 },
        {
          ...axis,
          size: 44,
          space: 20,
          values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : shortNumber(tick))),
        },
      ],
      series: [
        {},
        { stroke: colour('--mend-curve-faint'), width: 1, points: { show: false } },
        { stroke: colour('--mend-curve'), width: 2, points: { show: false } },
      ],
    };
    this.#plot = new uPlot(options, [this.steps, this.values, smoothed(this.values)], this.holder);
  }
}

function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (value === 0) return '0';
  if (size >= 1e4 || size < 1e-3) return value.toExponential(0).replace('e+', 'e');
  return String(Number(value.toPrecision(3)));
}
