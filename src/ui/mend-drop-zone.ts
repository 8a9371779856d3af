import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { ACCEPT, droppedFiles, type PickedFile, pickedOf } from './picked_files';
import { shared } from './shared_styles';

/**
 * Takes files by drop, by file picker and by folder picker, and hands them on as a `files` event.
 * Its slot stands above the buttons, and may be any size.
 */
@customElement('mend-drop-zone')
export class MendDropZone extends LitElement {
  @property() accept = ACCEPT;
  @property({ type: Boolean }) folders = false;
  @property({ type: Boolean }) compact = false;
  @property({ type: Boolean }) single = false;
  /** `data-testid` of the file field. */
  @property() testid = 'files';
  @property() files = 'Choose files';
  @property() folder = 'Choose a folder';
  @state() private over = false;
  @query('.files') private fileInput!: HTMLInputElement;
  @query('.folder') private folderInput!: HTMLInputElement;

  static override styles = [
    shared,
    css`
      .zone {
        display: flex;
        flex-direction: column;
        align-items: center;
        justify-content: center;
        gap: 16px;
        height: 100%;
        padding: 32px 24px;
        text-align: center;
        border: 1.5px dashed var(--wa-color-neutral-border-normal);
        border-radius: 8px;
        transition: border-color var(--wa-transition-normal), background var(--wa-transition-normal);
      }

      :host([compact]) .zone {
        gap: 8px;
        padding: 12px;
      }

      .over {
        border-color: var(--wa-color-brand-border-loud);
        background: var(--wa-color-brand-fill-quiet);
      }

      .buttons {
        justify-content: center;
      }
    `,
  ];

  protected override render() {
    const size = this.compact ? 's' : 'm';
    return html`
      <div
        class="zone ${this.over ? 'over' : ''}"
        @dragover=${this.#over}
        @dragleave=${() => (this.over = false)}
        @drop=${this.#drop}
      >
        <slot></slot>
        <div class="row buttons">
          <wa-button size=${size} appearance="outlined" @click=${() => this.fileInput.click()}>
            <wa-icon slot="start" name="file"></wa-icon>${this.files}
          </wa-button>
          ${
            this.folders
              ? html`
                <wa-button size=${size} appearance="outlined" @click=${() => this.folderInput.click()}>
                  <wa-icon slot="start" name="folder"></wa-icon>${this.folder}
                </wa-button>
              `
              : nothing
          }
        </div>
        <input
          class="files"
          type="file"
          hidden
          ?multiple=${!this.single}
          accept=${this.accept}
          aria-label=${this.files}
          data-testid=${this.testid}
          @change=${this.#picked}
        />
        <input class="folder" type="file" hidden webkitdirectory aria-label="Choose a folder" @change=${this.#picked} />
      </div>
    `;
  }

  #over(event: DragEvent): void {
    event.preventDefault();
    this.over = true;
  }

  async #drop(event: DragEvent): Promise<void> {
    event.preventDefault();
    event.stopPropagation();
    this.over = false;
    if (event.dataTransfer) this.#emit(await droppedFiles(event.dataTransfer));
  }

  #picked(event: Event): void {
    const input = event.target as HTMLInputElement;
    this.#emit(pickedOf(input.files));
    input.value = '';
  }

  #emit(files: PickedFile[]): void {
    if (files.length > 0) this.dispatchEvent(new CustomEvent<PickedFile[]>('files', { detail: files }));
  }
}
