import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import '@awesome.me/webawesome/dist/components/number-input/number-input.js';
import '@awesome.me/webawesome/dist/components/switch/switch.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Image } from '../imaging/image';
import type { Complaint } from '../training/messages';
import { type AxialChoice, axialTask, suggestedChoice } from './axial_task';
import { complaintOf } from './complaint';
import { formatSize } from './format';
import './mend-complaint';
import './mend-drop-zone';
import type { PickedFile } from './picked_files';
import { readFiles } from './read_files';
import { shared } from './shared_styles';
import type { TaskDraft } from './task_draft';

/** Makes pairs for the axial direction out of the user's own stacks. Emits `task` and `closed`. */
@customElement('mend-axial-dialog')
export class MendAxialDialog extends LitElement {
  @state() private open = true;
  @state() private stacks: { name: string; image: Image }[] = [];
  @state() private choice: AxialChoice = { factor: 0, lateral: 1, axial: 0, peakPhotons: 0, turned: true };
  @state() private complaint: { about: string; error: Complaint } | undefined;
  @state() private making = false;

  static override styles = [
    shared,
    css`
      wa-dialog {
        --width: 560px;
      }

      .fields {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 16px;
        align-items: start;
      }

      li {
        display: flex;
        justify-content: space-between;
        gap: 16px;
        font-size: 0.875rem;
      }
    `,
  ];

  protected override render() {
    const { choice, stacks } = this;
    return html`
      <wa-dialog label="Axial pairs from a stack" ?open=${this.open} @wa-after-hide=${this.#closed} data-testid="axial-dialog">
        <div class="stack">
          <p class="small quiet">
            Along z a stack is coarser and more blurred than along x and y. Its own sharp XY slices are taken as truth, and the
            same slices are spoilt as z is; what is learned on them mends the XZ and YZ views.
          </p>
          <mend-drop-zone compact files="Choose stacks" testid="axial-files" @files=${this.#addFiles}>
            ${
              stacks.length > 0
                ? html`
                  <ul>
                    ${stacks.map(({ name, image }) => html`<li><span>${name}</span><span class="quiet">${formatSize(image.size)}</span></li>`)}
                  </ul>
                `
                : html`<p class="small quiet">Drop z stacks here (TIFF).</p>`
            }
          </mend-drop-zone>
          <div class="fields">
            ${this.#number('factor', 'z is coarser than x by', 'From the file where it says so')}
            ${this.#number('peakPhotons', 'Photons at the peak', '0: no shot noise is added')}
            ${this.#number('lateral', 'Blur across, σ px', '0 and 0: sampling alone')}
            ${this.#number('axial', 'Blur along z, σ px', 'In lateral pixels')}
          </div>
          <wa-switch
            size="s"
            ?checked=${choice.turned}
            @change=${(event: Event) => this.#choose({ turned: (event.target as HTMLInputElement).checked })}
            >Use every slice turned by a quarter as well</wa-switch
          >
          ${
            this.complaint
              ? html`<mend-complaint about=${this.complaint.about} .error=${this.complaint.error}></mend-complaint>`
              : nothing
          }
        </div>
        <wa-button slot="footer" appearance="plain" data-dialog="close">Cancel</wa-button>
        <wa-button
          slot="footer"
          variant="brand"
          ?disabled=${stacks.length === 0}
          ?loading=${this.making}
          data-testid="axial-make"
          @click=${this.#make}
        >
          Make the pairs
        </wa-button>
      </wa-dialog>
    `;
  }

  #number(key: Exclude<keyof AxialChoice, 'turned'>, label: string, hint: string) {
    const value = this.choice[key];
    return html`
      <wa-number-input
        size="s"
        step="any"
        min="0"
        without-steppers
        label=${label}
        hint=${hint}
        .value=${value === 0 && key === 'factor' ? '' : String(value)}
        data-testid="axial-${key}"
        @change=${(event: Event) => {
          const number = Number((event.target as HTMLInputElement).value);
          if (Number.isFinite(number)) this.#choose({ [key]: number });
        }}
      ></wa-number-input>
    `;
  }

  #choose(change: Partial<AxialChoice>): void {
    this.choice = { ...this.choice, ...change };
  }

  async #addFiles(event: CustomEvent<PickedFile[]>): Promise<void> {
    const { images, refused } = await readFiles(event.detail);
    const stacks = images.filter(({ image }) => image.size.z > 1);
    const flat = images.find(({ image }) => image.size.z === 1);
    this.complaint = undefined;
    if (refused[0]) this.complaint = { about: refused[0].name, error: refused[0].error };
    else if (flat) {
      const error = { got: 'a single plane', wanted: 'a stack', fix: 'Choose a TIFF with several planes.' };
      this.complaint = { about: flat.name, error };
    }
    if (this.stacks.length === 0 && stacks[0]) this.choice = suggestedChoice(stacks[0].image);
    this.stacks = [...this.stacks, ...stacks];
  }

  async #make(): Promise<void> {
    this.making = true;
    this.complaint = undefined;
    // Let the button show that it works before the processor is busy.
    await new Promise((resolve) => setTimeout(resolve, 50));
    try {
      this.dispatchEvent(new CustomEvent<TaskDraft>('task', { detail: axialTask(this.stacks, this.choice) }));
      this.open = false;
    } catch (error) {
      const fix = 'Choose other values.';
      this.complaint = { about: '', error: complaintOf(error, 'stacks to make pairs from', fix) };
    } finally {
      this.making = false;
    }
  }

  #closed(event: Event): void {
    if (event.target === event.currentTarget) this.dispatchEvent(new CustomEvent('closed'));
  }
}
