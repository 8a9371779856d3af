import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/details/details.js';
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import '@awesome.me/webawesome/dist/components/number-input/number-input.js';
import '@awesome.me/webawesome/dist/components/radio-group/radio-group.js';
import '@awesome.me/webawesome/dist/components/radio/radio.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type {
  CGanSettings,
  CinGanSettings,
  MendSettings,
  PresetInfo,
  PresetName,
  Recipe,
  TrainConfig,
} from '../training/messages';
import { formatCount } from './format';
import { plannedSteps, recipeOf } from './planned_phases';
import { shared } from './shared_styles';

type Field<S> = [key: keyof S & string, label: string, step: number | 'any', hint?: string];

const CIN_GAN_FIELDS: Field<CinGanSettings>[] = [
  ['batch', 'Batch', 1],
  ['learningRate', 'Learning rate', 'any'],
  ['criticSteps', 'Critic steps per generator step', 1],
  ['gradientPenalty', 'Gradient penalty', 'any'],
  ['lambdaAdversarial', 'Weight of the adversarial term', 'any'],
  ['lambdaContent', 'Weight of content', 'any'],
  ['lambdaStyle', 'Weight of style', 'any'],
];

const CGAN_FIELDS: Field<CGanSettings>[] = [
  ['batch', 'Batch', 1],
  ['learningRate', 'Learning rate', 'any'],
  ['lambdaAdversarial', 'Weight of the adversarial term', 'any'],
  ['lambdaContent', 'Weight of content', 'any'],
  ['lambdaPixel', 'Weight of the pixel term', 'any', '0 leaves it out, as in the paper'],
  ['syntheticShare', 'Share of synthetic pairs', 'any', '0 to 1, of what CIN-GAN paints beside pairs'],
];

const MEND_FIELDS: Field<MendSettings>[] = [
  ['batch', 'Batch', 1],
  ['learningRate', 'Learning rate', 'any'],
  ['squared', 'Weight of the squared error', 'any'],
  ['syntheticShare', 'Share of synthetic pairs', 'any', '0 to 1, of what CIN-GAN paints beside pairs'],
];

const KERNELS: Readonly<Record<string, TrainConfig['kernels']>> = { measured: 'measured', rule: 'rule' };

const RECIPES: Record<Recipe, string> = {
  mend: 'Learns to be faithful, then detail; a dial then chooses between them.',
  published: 'The paper’s: CIN-GAN makes further pairs, a cGAN learns from all of them.',
};

const NO_WEIGHTS = { cinGan: undefined, mend: undefined, cGan: undefined };

const NAMES: readonly PresetName[] = ['tiny', 'grid', 'laptop', 'paper'];

/** How to train. Emits `config` with the whole configuration at every change. */
@customElement('mend-train-settings')
export class MendTrainSettings extends LitElement {
  @property({ attribute: false }) config!: TrainConfig;
  @property({ attribute: false }) presets: PresetInfo[] = [];
  @property({ type: Boolean }) disabled = false;
  /** The networks are given: only the preset cannot be chosen. */
  @property({ type: Boolean }) fixed = false;

  static override styles = [
    shared,
    css`
      .fields {
        display: grid;
        grid-template-columns: repeat(2, minmax(0, 1fr));
        gap: 16px;
        align-items: end;
      }

      wa-radio {
        align-items: flex-start;
      }

      wa-radio::part(label) {
        flex: 1;
      }

      .preset {
        display: flex;
        justify-content: space-between;
        gap: 8px;
        line-height: 1.25rem;
      }

      .preset b {
        font-weight: 600;
      }

      .default {
        font-size: 0.75rem;
        color: var(--wa-color-text-quiet);
      }

      wa-details::part(content) {
        display: flex;
        flex-direction: column;
        gap: 16px;
      }

      wa-number-input::part(form-control-label) {
        font-size: 0.8125rem;
      }

      .phi {
        display: flex;
        flex-direction: column;
        gap: 8px;
      }
    `,
  ];

  protected override render() {
    const { config } = this;
    const preset = this.presets.find((info) => info.name === config.preset);
    const recipe = recipeOf(config, preset);
    const steps = plannedSteps(config, preset);
    const detail = preset && { ...preset.detail, lambdaContent: preset.detailContent[config.phi?.kind ?? 'mendscope'] };
    const cGan = recipe === 'mend' ? detail : preset?.cGan;
    return html`
      <div class="stack">
        <wa-radio-group
          label="Preset"
          size="s"
          .value=${config.preset}
          ?disabled=${this.disabled || this.fixed}
          data-testid="preset"
          @change=${(event: Event) => this.#choosePreset((event.target as HTMLInputElement).value as PresetName)}
        >
          ${NAMES.map((name) => {
            const info = this.presets.find((candidate) => candidate.name === name);
            return html`
              <wa-radio value=${name} data-testid="preset-${name}">
                <span class="preset">
                  <b>${name}</b>
                  ${
                    info
                      ? html`<span class="default numbers">${formatCount(info.parameters)} weights, ${info.patch}² px</span>`
                      : nothing
                  }
                </span>
                <span class="small quiet">${info?.summary ?? ''}</span>
              </wa-radio>
            `;
          })}
        </wa-radio-group>
        ${this.#recipe(recipe)}
        <div class="fields">
          ${this.#number('Steps of CIN-GAN', steps.cinGan, 'steps-cin-gan', 1, (count) =>
            this.#emit({ cinGan: { ...config.cinGan, steps: count } }),
          )}
          ${
            recipe === 'mend'
              ? this.#number('Steps for fidelity', steps.mend, 'steps-mend', 1, (count) =>
                  this.#emit({ mend: { ...config.mend, steps: count } }),
                )
              : nothing
          }
          ${this.#number(
            recipe === 'mend' ? 'Steps for detail' : 'Steps of the cGAN',
            steps.cGan,
            'steps-cgan',
            1,
            (count) => this.#emit({ cGan: { ...config.cGan, steps: count } }),
          )}
          ${this.#number('Seed', config.seed, 'seed', 1, (seed) => this.#emit({ seed }))}
        </div>
        <wa-details data-testid="advanced" summary="Advanced settings" appearance="outlined">
          <div class="fields">
            ${this.#number('Patch side, px', config.patch ?? preset?.patch, 'patch', 8, (patch) => this.#emit({ patch }))}
            ${this.#number(
              'Share for validation',
              config.validationShare ?? 0.1,
              'validation',
              'any',
              (validationShare) => this.#emit({ validationShare }),
            )}
          </div>
          <h3>CIN-GAN</h3>
          <div class="fields">
            ${CIN_GAN_FIELDS.map(([key, label, step]) =>
              this.#number(label, config.cinGan?.[key] ?? preset?.cinGan[key], `cin-gan-${key}`, step, (value) =>
                this.#emit({ cinGan: { ...config.cinGan, [key]: value } }),
              ),
            )}
          </div>
          ${
            recipe === 'mend'
              ? html`
                <h3>Fidelity</h3>
                <div class="fields">
                  ${MEND_FIELDS.map(([key, label, step, hint]) =>
                    this.#number(
                      label,
                      config.mend?.[key] ?? preset?.mend[key],
                      `mend-${key}`,
                      step,
                      (value) => this.#emit({ mend: { ...config.mend, [key]: value } }),
                      hint,
                    ),
                  )}
                </div>
              `
              : nothing
          }
          <h3>${recipe === 'mend' ? 'Detail, as a cGAN' : 'cGAN'}</h3>
          <div class="fields">
            ${CGAN_FIELDS.map(([key, label, step, hint]) =>
              this.#number(
                label,
                config.cGan?.[key] ?? cGan?.[key],
                `cgan-${key}`,
                step,
                (value) => this.#emit({ cGan: { ...config.cGan, [key]: value } }),
                hint,
              ),
            )}
          </div>
          ${this.#kernels()}
          ${this.#phi()}
        </wa-details>
      </div>
    `;
  }

  #recipe(chosen: Recipe) {
    return html`
      <wa-radio-group
        label="Recipe"
        hint=${RECIPES[chosen]}
        size="s"
        orientation="horizontal"
        .value=${chosen}
        ?disabled=${this.disabled}
        data-testid="recipe"
        @change=${(event: Event) => this.#chooseRecipe((event.target as HTMLInputElement).value as Recipe)}
      >
        <wa-radio value="mend" data-testid="recipe-mend">mend</wa-radio>
        <wa-radio value="published" data-testid="recipe-published">published</wa-radio>
      </wa-radio-group>
    `;
  }

  #kernels() {
    const chosen = this.config.kernels ?? 'device';
    return html`
      <wa-radio-group
        label="Kernels"
        hint="One operation can be computed by several. Timing them takes three seconds and changes results by rounding."
        size="s"
        orientation="horizontal"
        .value=${chosen}
        ?disabled=${this.disabled}
        data-testid="kernels"
        @change=${(event: Event) => this.#emit({ kernels: KERNELS[(event.target as HTMLInputElement).value] })}
      >
        <wa-radio value="device">As suits the device</wa-radio>
        <wa-radio value="measured" data-testid="kernels-measured">The fastest, timed</wa-radio>
        <wa-radio value="rule">By rule</wa-radio>
      </wa-radio-group>
    `;
  }

  #phi() {
    const { phi } = this.config;
    return html`
      <div class="phi">
        <h3>Classifier behind content and style</h3>
        <p class="small quiet">
          ${
            phi?.kind === 'squeezenet'
              ? 'SqueezeNet 1.1, from your file.'
              : 'The small classifier that comes with mendscope, trained on its phantoms. A torchvision SqueezeNet 1.1 safetensors file may take its place.'
          }
        </p>
        <div class="row">
          <wa-button size="s" appearance="outlined" ?disabled=${this.disabled} @click=${this.#pickPhi}>
            <wa-icon slot="start" name="file"></wa-icon>Choose a SqueezeNet file
          </wa-button>
          ${
            phi?.kind === 'squeezenet'
              ? html`<wa-button size="s" appearance="plain" @click=${() => this.#emit({ phi: undefined })}>Use mendscope’s</wa-button>`
              : nothing
          }
        </div>
        <input class="phi-file" type="file" hidden accept=".safetensors" aria-label="SqueezeNet file" @change=${this.#phiPicked} />
      </div>
    `;
  }

  #number(
    label: string,
    value: number | undefined,
    testid: string,
    step: number | 'any',
    set: (value: number) => void,
    hint = '',
  ) {
    return html`
      <wa-number-input
        size="s"
        label=${label}
        hint=${hint}
        min="0"
        step=${step}
        without-steppers
        inputmode=${step === 'any' ? 'decimal' : 'numeric'}
        .value=${value === undefined ? '' : String(value)}
        ?disabled=${this.disabled}
        data-testid=${testid}
        @input=${(event: Event) => {
          const text = (event.target as HTMLInputElement).value;
          if (text !== '' && Number.isFinite(Number(text))) set(Number(text));
        }}
      ></wa-number-input>
    `;
  }

  /** A preset brings its own steps and weights; what was set by hand for another is dropped. */
  #choosePreset(preset: PresetName): void {
    this.#emit({ preset, recipe: undefined, patch: undefined, ...NO_WEIGHTS });
  }

  #chooseRecipe(recipe: Recipe): void {
    this.#emit({ recipe, ...NO_WEIGHTS });
  }

  #pickPhi(): void {
    this.renderRoot.querySelector<HTMLInputElement>('.phi-file')?.click();
  }

  async #phiPicked(event: Event): Promise<void> {
    const file = (event.target as HTMLInputElement).files?.[0];
    if (file) this.#emit({ phi: { kind: 'squeezenet', weights: await file.arrayBuffer() } });
  }

  #emit(change: Partial<TrainConfig>): void {
    this.dispatchEvent(new CustomEvent<TrainConfig>('config', { detail: { ...this.config, ...change } }));
  }
}
