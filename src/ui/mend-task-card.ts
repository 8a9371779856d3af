import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/details/details.js';
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import '@awesome.me/webawesome/dist/components/input/input.js';
import '@awesome.me/webawesome/dist/components/radio-group/radio-group.js';
import '@awesome.me/webawesome/dist/components/radio/radio.js';
import '@awesome.me/webawesome/dist/components/switch/switch.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Complaint } from '../training/messages';
import { plural } from './format';
import './mend-complaint';
import './mend-image-list';
import './mend-pairing-table';
import type { PickedFile } from './picked_files';
import { shared } from './shared_styles';
import { offersOrder, pairRows, type Role, type TaskDraft } from './task_draft';

/** One defect: its name, its kind, its images. Emits `change-task` (a partial draft), `add` (files of a role), `remove`. */
@customElement('mend-task-card')
export class MendTaskCard extends LitElement {
  @property({ attribute: false }) task!: TaskDraft;
  @property({ attribute: false }) complaints: Complaint[] = [];
  /** How many files are being read for this task. */
  @property({ type: Number }) reading = 0;

  static override styles = [
    shared,
    css`
      .card {
        display: flex;
        flex-direction: column;
        gap: 16px;
      }

      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 16px 24px;
      }

      .name {
        flex: 1 1 200px;
        max-width: 320px;
      }

      .axial {
        padding-bottom: 8px;
      }

      .remove {
        margin-inline-start: auto;
      }

      .lists {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 24px;
      }

      @media (max-width: 720px) {
        .lists {
          grid-template-columns: minmax(0, 1fr);
        }

        .card {
          padding: 16px;
        }
      }
    `,
  ];

  protected override render() {
    const { task } = this;
    const rows = task.kind === 'paired' ? pairRows(task) : [];
    const matched = rows.filter((row) => row.status === 'matched').length;
    const hasImages = task.defective.length + task.clean.length > 0;
    return html`
      <article class="card" aria-label="Task ${task.name}" data-testid="task">
        <div class="head">
          <wa-input
            class="name"
            size="s"
            label="Task"
            placeholder="Name of the defect"
            .value=${task.name}
            data-testid="task-name"
            @input=${(event: Event) => this.#change({ name: (event.target as HTMLInputElement).value })}
          ></wa-input>
          <wa-radio-group
            size="s"
            label="Images are"
            orientation="horizontal"
            .value=${task.kind}
            data-testid="task-kind"
            @change=${(event: Event) =>
              this.#change({ kind: (event.target as HTMLInputElement).value as TaskDraft['kind'] })}
          >
            <wa-radio appearance="button" value="paired">Paired</wa-radio>
            <wa-radio appearance="button" value="unpaired">Unpaired</wa-radio>
          </wa-radio-group>
          <wa-switch
            class="axial"
            size="s"
            ?checked=${task.axial}
            title="The defect has a direction, as in a stack seen from its side: patches are flipped but never turned"
            data-testid="task-axial"
            @change=${(event: Event) => this.#change({ axial: (event.target as HTMLInputElement).checked })}
            >Axial defect</wa-switch
          >
          <wa-button class="remove" size="s" appearance="plain" @click=${this.#remove}>
            <wa-icon name="trash" label="Remove task ${task.name}"></wa-icon>
          </wa-button>
        </div>
        <div class="lists">${this.#list('defective')} ${this.#list('clean')}</div>
        ${this.reading > 0 ? html`<p class="small quiet" role="status">Reading ${plural(this.reading, 'file')} …</p>` : nothing}
        ${
          rows.length > 0
            ? html`
              <wa-details appearance="outlined" ?open=${matched < rows.length}>
                <span slot="summary">
                  <b>${plural(matched, 'pair')}</b>
                  <span class="quiet">
                    ${task.pairBy === 'order' ? 'in order' : 'by file name'}${
                      matched < rows.length ? `, ${rows.length - matched} without a partner` : ''
                    }
                  </span>
                </span>
                <mend-pairing-table .rows=${rows}></mend-pairing-table>
              </wa-details>
            `
            : nothing
        }
        ${
          task.kind === 'unpaired' && hasImages
            ? html`
              <p class="small quiet">
                No pairs are needed: they are made of the clean images, with a defect as in the others.
              </p>
            `
            : nothing
        }
        ${
          hasImages
            ? this.complaints.map(
                (error) => html`
                  <mend-complaint variant="warning" .error=${error}>
                    ${
                      offersOrder(task)
                        ? html`
                          <wa-button size="s" @click=${() => this.#change({ pairBy: 'order' })}>Pair them in order</wa-button>
                        `
                        : nothing
                    }
                  </mend-complaint>
                `,
              )
            : nothing
        }
      </article>
    `;
  }

  #list(role: Role) {
    return html`
      <mend-image-list
        .side=${role}
        .images=${this.task[role]}
        @files=${(event: CustomEvent<PickedFile[]>) => this.#add(role, event.detail)}
        @clear=${() => this.#change({ [role]: [] })}
      ></mend-image-list>
    `;
  }

  #change(change: Partial<TaskDraft>): void {
    this.dispatchEvent(new CustomEvent('change-task', { detail: change }));
  }

  #add(role: Role, files: PickedFile[]): void {
    this.dispatchEvent(new CustomEvent('add', { detail: { role, files } }));
  }

  #remove(): void {
    this.dispatchEvent(new CustomEvent('remove'));
  }
}
