import '@awesome.me/webawesome/dist/components/button/button.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import './mend-drop-zone';
import './mend-thumbnail';
import type { PickedFile } from './picked_files';
import { shared } from './shared_styles';
import { byName, type Role, type SourceImage } from './task_draft';

const SHOWN = 14;

/** One side of a task: its images as thumbnails, and the ways to add to them. Emits `files` and `clear`. */
@customElement('mend-image-list')
export class MendImageList extends LitElement {
  @property() side: Role = 'defective';
  @property({ attribute: false }) images: SourceImage[] = [];

  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: 8px;
        min-width: 0;
      }

      .head {
        min-height: 32px;
      }

      .head h2 span {
        font-weight: 400;
        color: var(--wa-color-text-quiet);
      }

      mend-drop-zone {
        flex: 1;
      }

      ul {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(56px, 1fr));
        gap: 8px;
        width: 100%;
      }

      .more {
        display: grid;
        place-items: center;
        border-radius: 4px;
        aspect-ratio: 1;
        background: var(--wa-color-surface-lowered);
        color: var(--wa-color-text-quiet);
        font-size: 0.8125rem;
        font-weight: 600;
      }
    `,
  ];

  protected override render() {
    const sorted = [...this.images].sort(byName);
    const shown = sorted.slice(0, sorted.length > SHOWN ? SHOWN - 1 : SHOWN);
    const hidden = sorted.length - shown.length;
    const title = this.side === 'defective' ? 'Defective images' : 'Clean images';
    return html`
      <div class="row spread head">
        <h2 class="minor">${title} <span class="numbers">${this.images.length || ''}</span></h2>
        ${
          this.images.length > 0
            ? html`<wa-button size="xs" appearance="plain" @click=${this.#clear}>Clear</wa-button>`
            : nothing
        }
      </div>
      <mend-drop-zone compact folders files="Files" folder="Folder" testid="files-${this.side}" @files=${this.#files}>
        ${
          shown.length > 0
            ? html`
              <ul>
                ${shown.map(
                  (source) => html`
                    <li title=${source.name}>
                      <mend-thumbnail .image=${source.image} label=${source.name}></mend-thumbnail>
                    </li>
                  `,
                )}
                ${hidden > 0 ? html`<li class="more">+${hidden}</li>` : nothing}
              </ul>
            `
            : html`<p class="small quiet">Drop TIFF, PNG or npz files here.</p>`
        }
      </mend-drop-zone>
    `;
  }

  #files(event: CustomEvent<PickedFile[]>): void {
    this.dispatchEvent(new CustomEvent('files', { detail: event.detail }));
  }

  #clear(): void {
    this.dispatchEvent(new CustomEvent('clear'));
  }
}
