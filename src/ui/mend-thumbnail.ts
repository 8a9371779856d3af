import { css, html, LitElement, type PropertyValues } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { getPlane, type Image, type Plane } from '../imaging/image';
import { IN_MEMORY } from './canvas';
import { autoContrast, type Contrast, greyPixels, shrink } from './contrast';
import { shared } from './shared_styles';

/** A small picture of an image's middle plane, or of a plane, with automatic contrast unless one is given. */
@customElement('mend-thumbnail')
export class MendThumbnail extends LitElement {
  @property({ attribute: false }) image: Image | undefined;
  @property({ attribute: false }) plane: Plane | undefined;
  @property({ attribute: false }) contrast: Contrast | undefined;
  @property() label = '';
  /** Longest side in image pixels that is kept. */
  @property({ type: Number }) side = 128;
  @query('canvas') private canvas!: HTMLCanvasElement;

  static override styles = [
    shared,
    css`
      :host {
        aspect-ratio: 1;
        overflow: hidden;
        border-radius: 4px;
        background: var(--mend-stage);
      }

      canvas {
        display: block;
        width: 100%;
        height: 100%;
        object-fit: contain;
        image-rendering: pixelated;
      }
    `,
  ];

  protected override render() {
    return this.label
      ? html`<canvas role="img" aria-label=${this.label} @contextrestored=${this.#paint}></canvas>`
      : html`<canvas aria-hidden="true" @contextrestored=${this.#paint}></canvas>`;
  }

  protected override updated(changed: PropertyValues<MendThumbnail>): void {
    if (!['image', 'plane', 'contrast', 'side'].some((name) => changed.has(name as keyof MendThumbnail))) return;
    this.#paint();
  }

  #paint(): void {
    const full = this.plane ?? (this.image ? middlePlane(this.image) : undefined);
    if (!full) return;
    const plane = shrink(full, this.side);
    this.canvas.width = plane.width;
    this.canvas.height = plane.height;
    const pixels = greyPixels(plane, this.contrast ?? autoContrast(plane));
    this.canvas.getContext('2d', IN_MEMORY)?.putImageData(new ImageData(pixels, plane.width, plane.height), 0, 0);
  }
}

function middlePlane(image: Image): Plane {
  return getPlane(image, { z: Math.floor(image.size.z / 2) });
}
