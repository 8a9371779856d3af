import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import type { Plane } from '../imaging/image';
import { IN_MEMORY } from './canvas';
import type { Contrast } from './contrast';
import { formatNumber } from './format';
import { shared } from './shared_styles';
import {
  type Extent,
  fitView,
  paintView,
  panBy,
  scaleBar,
  toImage,
  unitText,
  type View,
  zoomAt,
} from './view_transform';

export interface Probe {
  x: number;
  y: number;
}

/**
 * One plane on a canvas. Wheel zooms, drag pans, arrows and + - 0 do the same; pixels are shown as they are, by nearest
 * neighbour. It owns no view: it emits `view` and `probe`, so that several viewers can be linked.
 */
@customElement('mend-viewer')
export class MendViewer extends LitElement {
  @property({ attribute: false }) plane: Plane | undefined;
  /** Display rows per image row. */
  @property({ type: Number }) stretch = 1;
  @property({ attribute: false }) contrast: Contrast = { min: 0, max: 1 };
  /** Undefined fits the whole image. */
  @property({ attribute: false }) view: View | undefined;
  @property({ attribute: false }) probe: Probe | undefined;
  @property() label = '';
  @property() tone: 'input' | 'restored' | 'truth' = 'input';
  /** Which lower or upper corner the label takes. */
  @property() corner: 'left' | 'right' = 'left';
  /** Width of a pixel, where the file says it. */
  @property({ type: Number }) pixelSize: number | undefined;
  @property() unit = '';
  @state() private viewport: Extent = { width: 0, height: 0 };
  @query('canvas') private canvas!: HTMLCanvasElement;
  #sizes: ResizeObserver | undefined;
  #dragFrom: { x: number; y: number } | undefined;

  static override styles = [
    shared,
    css`
      :host {
        position: relative;
        overflow: hidden;
        background: var(--mend-stage);
        min-height: 0;
        min-width: 0;
      }

      canvas {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        cursor: crosshair;
        touch-action: none;
      }

      canvas:active {
        cursor: grabbing;
      }

      canvas:focus-visible {
        outline-offset: -3px;
      }

      .label {
        position: absolute;
        top: 8px;
        display: flex;
        align-items: center;
        gap: 6px;
        padding: 2px 8px;
        border-radius: 4px;
        background: rgb(9 12 15 / 72%);
        color: var(--mend-stage-text);
        font-size: 0.75rem;
        line-height: 1.25rem;
        font-weight: 500;
        pointer-events: none;
      }

      .label.left {
        left: 8px;
      }

      .label.right {
        right: 8px;
      }

      .label i {
        width: 8px;
        height: 8px;
        border-radius: 2px;
      }

      .input i {
        background: #f0ab4d;
      }

      .restored i {
        background: #4cc7dc;
      }

      .truth i {
        background: #a79ffb;
      }

      .scale {
        position: absolute;
        right: 12px;
        bottom: 10px;
        color: #fff;
        font-size: 0.75rem;
        line-height: 1rem;
        text-align: center;
        pointer-events: none;
        text-shadow: 0 0 3px #000;
      }

      .scale i {
        display: block;
        height: 3px;
        margin-top: 2px;
        background: #fff;
        box-shadow: 0 0 2px #000;
      }
    `,
  ];

  protected override render() {
    const view = this.#currentView();
    const bar = this.pixelSize
      ? scaleBar(this.pixelSize, view.scale, Math.min(140, this.viewport.width / 3))
      : undefined;
    return html`
      <canvas
        tabindex="0"
        role="img"
        aria-label="${this.label}. Arrow keys pan, plus and minus zoom, 0 fits."
        @wheel=${this.#wheel}
        @pointerdown=${this.#down}
        @pointermove=${this.#move}
        @pointerup=${this.#up}
        @pointercancel=${this.#up}
        @pointerleave=${this.#leave}
        @dblclick=${() => this.#emitView(undefined)}
        @keydown=${this.#key}
        @contextrestored=${this.#paint}
      ></canvas>
      ${this.label ? html`<span class="label ${this.corner} ${this.tone}"><i></i>${this.label}</span>` : nothing}
      ${
        bar
          ? html`
            <span class="scale numbers">
              ${formatNumber(Number(bar.length.toPrecision(3)))} ${unitText(this.unit)}
              <i style=${styleMap({ width: `${bar.pixels}px` })}></i>
            </span>
          `
          : nothing
      }
    `;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#sizes = new ResizeObserver(([entry]) => {
      const { width, height } = entry.contentRect;
      this.viewport = { width, height };
    });
    this.#sizes.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sizes?.disconnect();
  }

  protected override updated(_changed: PropertyValues<this>): void {
    this.#paint();
  }

  #paint(): void {
    const { plane, viewport } = this;
    const context = this.canvas.getContext('2d', IN_MEMORY);
    const ratio = devicePixelRatio;
    const width = Math.round(viewport.width * ratio);
    const height = Math.round(viewport.height * ratio);
    if (!context || width === 0 || height === 0) return;
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    if (!plane) {
      context.clearRect(0, 0, width, height);
      return;
    }
    const view = this.#currentView();
    const pixels = context.createImageData(width, height);
    const display = { ...view, scale: view.scale * ratio };
    paintView(pixels.data, { width, height }, plane, display, this.contrast, this.stretch);
    context.putImageData(pixels, 0, 0);
    if (this.probe) this.#drawProbe(context, this.probe, display, { width, height });
  }

  /** A thin cross over the pixel that the pointer is on, here or in a linked viewer. */
  #drawProbe(context: CanvasRenderingContext2D, probe: Probe, view: View, { width, height }: Extent): void {
    const x = (probe.x + 0.5 - view.x) * view.scale + width / 2;
    const y = ((probe.y + 0.5) * this.stretch - view.y) * view.scale + height / 2;
    const gap = Math.max(3, view.scale / 2);
    context.strokeStyle = 'rgb(255 255 255 / 55%)';
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(x - gap - 9, y);
    context.lineTo(x - gap, y);
    context.moveTo(x + gap, y);
    context.lineTo(x + gap + 9, y);
    context.moveTo(x, y - gap - 9);
    context.lineTo(x, y - gap);
    context.moveTo(x, y + gap);
    context.lineTo(x, y + gap + 9);
    context.stroke();
  }

  #extent(): Extent {
    return { width: this.plane?.width ?? 1, height: (this.plane?.height ?? 1) * this.stretch };
  }

  #currentView(): View {
    return this.view ?? fitView(this.#extent(), this.viewport);
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    // Lines (Firefox) count as sixteen pixels each.
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 16 : event.deltaY;
    this.#zoom(Math.exp(-pixels * 0.002), { x: event.offsetX, y: event.offsetY });
  }

  #zoom(factor: number, point = { x: this.viewport.width / 2, y: this.viewport.height / 2 }): void {
    this.#emitView(zoomAt(this.#currentView(), factor, point, this.#extent(), this.viewport));
  }

  #down(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.#dragFrom = { x: event.offsetX, y: event.offsetY };
  }

  #move(event: PointerEvent): void {
    if (this.#dragFrom) {
      const dx = event.offsetX - this.#dragFrom.x;
      const dy = event.offsetY - this.#dragFrom.y;
      this.#dragFrom = { x: event.offsetX, y: event.offsetY };
      this.#emitView(panBy(this.#currentView(), dx, dy, this.#extent(), this.viewport));
    }
    const point = toImage(this.#currentView(), { x: event.offsetX, y: event.offsetY }, this.viewport);
    const x = Math.floor(point.x);
    const y = Math.floor(point.y / this.stretch);
    const inside = this.plane && x >= 0 && y >= 0 && x < this.plane.width && y < this.plane.height;
    this.#emitProbe(inside ? { x, y } : undefined);
  }

  #up(): void {
    this.#dragFrom = undefined;
  }

  #leave(): void {
    this.#dragFrom = undefined;
    this.#emitProbe(undefined);
  }

  #key(event: KeyboardEvent): void {
    const steps: Record<string, [number, number]> = {
      ArrowLeft: [48, 0],
      ArrowRight: [-48, 0],
      ArrowUp: [0, 48],
      ArrowDown: [0, -48],
    };
    const step = steps[event.key];
    if (step) this.#emitView(panBy(this.#currentView(), step[0], step[1], this.#extent(), this.viewport));
    else if (event.key === '+' || event.key === '=') this.#zoom(1.25);
    else if (event.key === '-') this.#zoom(0.8);
    else if (event.key === '0') this.#emitView(undefined);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #emitView(view: View | undefined): void {
    this.dispatchEvent(new CustomEvent<View | undefined>('view', { detail: view }));
  }

  #emitProbe(probe: Probe | undefined): void {
    this.dispatchEvent(new CustomEvent<Probe | undefined>('probe', { detail: probe }));
  }
}
