import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/comparison/comparison.js';
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import '@awesome.me/webawesome/dist/components/radio-group/radio-group.js';
import '@awesome.me/webawesome/dist/components/radio/radio.js';
import '@awesome.me/webawesome/dist/components/slider/slider.js';
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import type { Image, Plane } from '../imaging/image';
import { autoContrast, type Contrast, commonRange } from './contrast';
import { formatNumber } from './format';
import { isTyping } from './keys';
import './mend-contrast';
import type { HistogramCurve } from './mend-contrast';
import './mend-viewer';
import type { Probe } from './mend-viewer';
import { shared } from './shared_styles';
import type { Mode, SharedView } from './shared_view';
import { type Place, placeWithin, planeAt, rowStretch } from './side_view';
import type { View } from './view_transform';

export type PanelKey = 'input' | 'restored' | 'truth';
export interface Panel {
  key: PanelKey;
  title: string;
  image: Image;
}

interface Shown extends Panel {
  plane: Plane;
  stretch: number;
}

/** Up to three versions of one image, with one zoom, one place in the stack and one contrast. */
@customElement('mend-compare')
export class MendCompare extends LitElement {
  @property({ attribute: false }) panels: Panel[] = [];
  /** Another value starts afresh: contrast, zoom and place. */
  @property() subject = '';
  /** How a new subject is shown at first, where a link says so. */
  @property({ attribute: false }) first: SharedView | undefined;
  @state() private mode: Mode = 'side';
  @state() private place: Place = { t: 0, z: 0, c: 0, y: 0, side: false };
  @state() private view: View | undefined;
  @state() private probe: Probe | undefined;
  @state() private contrast: Contrast = { min: 0, max: 1 };
  @state() private linked = true;
  @state() private showInput = false;
  @state() private stageWidth = 800;
  @query('.stage') private stage!: HTMLElement;
  #shown: Shown[] = [];
  #curves: HistogramCurve[] = [];
  #range: Contrast = { min: 0, max: 1 };
  #sizes = new ResizeObserver(() => {
    this.stageWidth = this.stage?.clientWidth || this.stageWidth;
  });
  #ownContrast = new Map<PanelKey, Contrast>();

  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: 8px;
      }

      .main {
        display: flex;
        flex-direction: column;
        gap: 8px;
        min-width: 0;
      }

      .toolbar {
        gap: 8px 16px;
        min-height: 32px;
      }

      .toolbar wa-radio-group::part(form-control-label) {
        position: absolute;
        width: 1px;
        height: 1px;
        overflow: hidden;
        clip-path: inset(50%);
      }

      .stage {
        position: relative;
        display: grid;
        grid-auto-flow: column;
        grid-auto-columns: minmax(0, 1fr);
        gap: 2px;
        /* As high as the panels ask for, within what the window has. */
        height: clamp(280px, var(--wanted-height, 100vh), max(400px, 100vh - 416px));
        border-radius: 8px;
        overflow: hidden;
        background: var(--mend-stage-line);
      }

      wa-comparison {
        width: 100%;
        height: 100%;
        --divider-width: 2px;
        --handle-size: 32px;
      }

      wa-comparison::part(comparison),
      wa-comparison::part(before),
      wa-comparison::part(after) {
        height: 100%;
      }

      /* On the dark stage of both schemes. */
      wa-comparison::part(divider) {
        background: #fff;
      }

      wa-comparison::part(handle) {
        background: #fff;
        color: #10151a;
      }

      wa-comparison mend-viewer {
        width: 100%;
        height: 100%;
      }

      .readout {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 24px;
        min-height: 24px;
        font: 500 0.8125rem / 1.5rem var(--wa-font-family-code);
        color: var(--wa-color-text-quiet);
      }

      .readout b {
        font-weight: 600;
        color: var(--wa-color-text-normal);
      }

      .tools {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(272px, 1fr));
        gap: 24px 32px;
        align-items: start;
        padding: 16px;
        border: 1px solid var(--wa-color-surface-border);
        border-radius: 10px;
        background: var(--wa-color-surface-raised);
      }

      .tools > * {
        max-width: 480px;
      }

      .sliders {
        display: flex;
        flex-direction: column;
        gap: 16px;
      }

      @media (max-width: 720px) {
        .stage {
          height: clamp(120px, var(--wanted-height, 100vh), 400px);
        }

        .tools {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#sizes.observe(this);
    addEventListener('keydown', this.#keyDown);
    addEventListener('keyup', this.#keyUp);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sizes.disconnect();
    removeEventListener('keydown', this.#keyDown);
    removeEventListener('keyup', this.#keyUp);
  }

  /** The planes on show, for the scores. */
  get planes(): Partial<Record<PanelKey, Plane>> {
    return Object.fromEntries(this.#shown.map(({ key, plane }) => [key, plane]));
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const states = changed as PropertyValues;
    if (changed.has('subject')) {
      const depth = this.panels[0]?.image.size.z ?? 1;
      this.place = this.first?.place ?? { t: 0, z: Math.floor(depth / 2), c: 0, y: 0, side: false };
      this.view = this.first?.view;
      this.mode = this.first?.mode ?? this.mode;
    }
    if (changed.has('panels') || states.has('place')) this.#takePlanes();
    if (changed.has('subject')) this.contrast = this.first?.contrast ?? this.#auto();
  }

  #takePlanes(): void {
    this.#shown = this.panels.map((panel) => {
      const place = placeWithin(this.place, panel.image);
      return { ...panel, plane: planeAt(panel.image, place), stretch: rowStretch(panel.image, place.side) };
    });
    this.#curves = this.#shown.map(({ key, plane }) => ({ plane, colour: key }));
    this.#range = commonRange(this.#shown.map(({ plane }) => plane));
    this.#ownContrast = new Map(this.#shown.map(({ key, plane }) => [key, autoContrast(plane)]));
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('panels') || changed.has('place')) {
      this.dispatchEvent(new CustomEvent('planes', { detail: this.planes }));
    }
    if (['subject', 'mode', 'view', 'contrast', 'place'].some((name) => changed.has(name))) {
      const { mode, view, contrast, place } = this;
      const detail: SharedView = { mode, contrast, place, ...(view ? { view } : {}) };
      this.dispatchEvent(new CustomEvent('shown', { detail }));
    }
  }

  /** Fiji's Auto on the truth where there is one, else on the input: the restoration must not set its own scale. */
  #auto(): Contrast {
    const reference = this.#shown.find(({ key }) => key === 'truth') ?? this.#shown[0];
    return reference ? autoContrast(reference.plane) : { min: 0, max: 1 };
  }

  protected override render() {
    const first = this.panels[0]?.image;
    if (!first) return nothing;
    const canCompare = this.#shown.length > 1;
    return html`
      <div class="main">
        <div class="row spread toolbar">
          <wa-radio-group
            size="s"
            label="Comparison"
            orientation="horizontal"
            .value=${this.mode}
            ?disabled=${!canCompare}
            data-testid="compare-mode"
            @change=${(event: Event) => {
              this.mode = (event.target as HTMLInputElement).value as Mode;
            }}
          >
            <wa-radio appearance="button" value="side">Side by side</wa-radio>
            <wa-radio appearance="button" value="swipe">Swipe</wa-radio>
            <wa-radio appearance="button" value="flicker">Flicker</wa-radio>
          </wa-radio-group>
          <div class="row">
            ${
              this.mode === 'flicker' && canCompare
                ? html`
                  <wa-button
                    size="s"
                    appearance=${this.showInput ? 'accent' : 'outlined'}
                    @pointerdown=${() => (this.showInput = true)}
                    @pointerup=${() => (this.showInput = false)}
                    @pointerleave=${() => (this.showInput = false)}
                  >
                    Hold to see the input, or hold F
                  </wa-button>
                `
                : nothing
            }
            ${
              first.size.z > 1
                ? html`
                  <wa-button
                    size="s"
                    appearance=${this.place.side ? 'accent' : 'outlined'}
                    aria-pressed=${this.place.side}
                    data-testid="xz"
                    @click=${this.#toggleSide}
                  >
                    XZ
                  </wa-button>
                `
                : nothing
            }
            <wa-button size="s" appearance="outlined" title="Fit the whole image (0)" @click=${() => (this.view = undefined)}>
              <wa-icon slot="start" name="fit"></wa-icon>Fit
            </wa-button>
            <wa-button size="s" appearance="outlined" title="One screen pixel for each image pixel" @click=${this.#oneToOne}>1:1</wa-button>
          </div>
        </div>
        <div class="stage" data-testid="stage" style=${styleMap({ '--wanted-height': this.#wantedHeight() })}>
          ${this.#stage()}
        </div>
        <div class="readout" aria-live="off">${this.#readout()}</div>
      </div>
      <div class="tools">
        <mend-contrast
          .curves=${this.#curves}
          .range=${this.#range}
          .contrast=${this.contrast}
          ?linked=${this.linked}
          .linked=${this.linked}
          @contrast=${(event: CustomEvent<Contrast>) => (this.contrast = event.detail)}
          @auto=${() => (this.contrast = this.#auto())}
          @full=${() => (this.contrast = this.#range)}
          @link=${(event: CustomEvent<boolean>) => (this.linked = event.detail)}
        ></mend-contrast>
        ${this.#sliders(first)}
        <slot></slot>
      </div>
    `;
  }

  /** So that an image that fits leaves no empty band, in the side-by-side mode; else the window decides. */
  #wantedHeight(): string {
    const [{ plane, stretch }] = this.#shown;
    const columns = this.mode === 'side' ? this.#shown.length : 1;
    return `calc(${(plane.height * stretch) / plane.width / columns} * ${this.stageWidth}px)`;
  }

  #stage() {
    const [input, ...others] = this.#shown;
    if (!input) return nothing;
    const after = others.find(({ key }) => key === 'restored') ?? others[0];
    if (!after || this.mode === 'side') return this.#shown.map((panel) => this.#viewer(panel, 'left'));
    // The kit keeps what it calls “after” on the left of the divider.
    if (this.mode === 'swipe') {
      return html`
        <wa-comparison aria-label="Divider between input and restoration">
          ${this.#viewer(after, 'right', 'before')} ${this.#viewer(input, 'left', 'after')}
        </wa-comparison>
      `;
    }
    return this.#viewer(this.showInput ? input : after, 'left');
  }

  #viewer(panel: Shown, corner: 'left' | 'right', slot?: 'before' | 'after') {
    const { meta } = panel.image;
    return html`
      <mend-viewer
        slot=${slot ?? nothing}
        .plane=${panel.plane}
        .stretch=${panel.stretch}
        .contrast=${this.linked ? this.contrast : (this.#ownContrast.get(panel.key) ?? this.contrast)}
        .view=${this.view}
        .probe=${this.probe}
        .pixelSize=${meta.pixelSize.x}
        unit=${meta.unit}
        label=${panel.title}
        tone=${panel.key}
        corner=${corner}
        @view=${(event: CustomEvent<View | undefined>) => (this.view = event.detail)}
        @probe=${(event: CustomEvent<Probe | undefined>) => (this.probe = event.detail)}
      ></mend-viewer>
    `;
  }

  #readout() {
    const { probe, place } = this;
    if (!probe) return html`<span>Wheel zooms, drag pans, double click fits.</span>`;
    const where = place.side ? `x ${probe.x}  z ${probe.y}  y ${place.y}` : `x ${probe.x}  y ${probe.y}`;
    return html`
      <span>${where}</span>
      ${this.#shown.map(({ title, plane }) => {
        const inside = probe.x < plane.width && probe.y < plane.height;
        return html`<span>${title} <b>${inside ? formatNumber(plane.data[probe.y * plane.width + probe.x]) : '–'}</b></span>`;
      })}
    `;
  }

  #sliders({ size }: Image) {
    const axes: [axis: 't' | 'z' | 'c' | 'y', label: string, count: number][] = [
      ['z', 'Plane z', this.place.side ? 1 : size.z],
      ['y', 'Row y of the cut', this.place.side ? size.y : 1],
      ['t', 'Time point t', size.t],
      ['c', 'Channel c', size.c],
    ];
    const present = axes.filter(([, , count]) => count > 1);
    if (present.length === 0) return nothing;
    return html`
      <div class="sliders">
        ${present.map(
          ([axis, label, count]) => html`
            <wa-slider
              size="s"
              label="${label}: ${this.place[axis] + 1} of ${count}"
              min="0"
              max=${count - 1}
              .value=${this.place[axis]}
              data-testid="slider-${axis}"
              @input=${(event: Event) => {
                this.place = { ...this.place, [axis]: Number((event.target as HTMLInputElement).value) };
              }}
            ></wa-slider>
          `,
        )}
      </div>
    `;
  }

  #toggleSide(): void {
    const { y } = this.panels[0].image.size;
    this.place = { ...this.place, side: !this.place.side, y: this.place.y || Math.floor(y / 2) };
    this.view = undefined;
  }

  #oneToOne(): void {
    const { plane, stretch } = this.#shown[0];
    const scale = 1 / devicePixelRatio;
    this.view = { ...(this.view ?? { x: plane.width / 2, y: (plane.height * stretch) / 2 }), scale };
  }

  #step(by: number): void {
    const last = (this.panels[0]?.image.size.z ?? 1) - 1;
    this.place = { ...this.place, z: Math.min(last, Math.max(0, this.place.z + by)) };
  }

  #keyDown = (event: KeyboardEvent): void => {
    if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey || this.stage?.clientWidth === 0) return;
    switch (event.key.toLowerCase()) {
      case 'f':
        if (!event.repeat) this.mode = 'flicker';
        this.showInput = true;
        break;
      case 's':
        this.mode = 'side';
        break;
      case 'w':
        this.mode = 'swipe';
        break;
      case 'a':
        this.contrast = this.#auto();
        break;
      case ',':
        this.#step(-1);
        break;
      case '.':
        this.#step(1);
        break;
      case '0':
        this.view = undefined;
        break;
    }
  };

  #keyUp = (event: KeyboardEvent): void => {
    if (event.key.toLowerCase() === 'f') this.showInput = false;
  };
}
