import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import '@awesome.me/webawesome/dist/components/toast/toast.js';
import type WaToast from '@awesome.me/webawesome/dist/components/toast/toast.js';
import { ContextProvider } from '@lit/context';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { AppState, stateContext } from './app_state';
import { allPublished, savedModel, savedRun } from './autosave';
import { hasEvidence } from './evidence';
import './mend-data';
import './mend-notices';
import type { Complaint } from '../training/messages';
import { isTyping } from './keys';
import { openLink } from './open_link';
import { RestoreRun } from './restore_run';
import { type Route, routeOf, STEPS, type Step, sharedOf } from './routes';
import { isActive, overallShare } from './run_state';
import { chooseScheme, currentScheme, SchemeController } from './scheme';
import { shared } from './shared_styles';
import { isReady } from './task_draft';
import { TrainRun } from './train_run';

const STEP_PAGES: Record<Step, { title: string; icon: string }> = {
  data: { title: 'Data', icon: 'data' },
  train: { title: 'Train', icon: 'train' },
  restore: { title: 'Restore', icon: 'restore' },
  share: { title: 'Share', icon: 'share' },
};

const SIDE_PAGES: Record<string, string> = { evidence: 'Evidence', benchmark: 'Benchmark' };

const LOAD: Record<Exclude<Route, 'data'>, () => Promise<unknown>> = {
  train: () => import('./mend-train'),
  restore: () => import('./mend-restore'),
  share: () => import('./mend-share'),
  evidence: () => import('./mend-evidence'),
  benchmark: () => import('./mend-benchmark'),
};

/** The page's frame: steps, adapter, notices. It owns the shared state and the two threads' drivers. */
@customElement('mend-app')
export class MendApp extends LitElement {
  readonly state = new AppState();
  readonly #trainRun = new TrainRun(this.state);
  readonly #restoreRun = new RestoreRun(this.state);

  @state() private visited: ReadonlySet<Route> = new Set();
  @state() private linkComplaint: Complaint | undefined;
  @state() private aboutOpen = false;
  @state() private helpOpen = false;
  @query('wa-toast') private toast!: WaToast;
  @query('main') private main!: HTMLElement;

  constructor() {
    super();
    new SchemeController(this);
    new ContextProvider(this, { context: stateContext, initialValue: this.state });
    this.state.subscribe(() => this.requestUpdate());
    this.state.onNotice(({ text, variant }) => {
      void this.toast.create(text, { variant, duration: variant === 'danger' ? 12_000 : 6_000 });
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('hashchange', this.#route);
    addEventListener('keydown', this.#key);
    addEventListener('beforeunload', this.#askBeforeLeaving);
    addEventListener('dragover', keepPage);
    addEventListener('drop', keepPage);
    this.#visit(this.state.route);
    this.#trainRun.probe();
    void this.#bringBack();
    // The other pages come while nobody waits for them.
    setTimeout(() => Promise.allSettled(Object.values(LOAD).map((load) => load())), 3000);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('hashchange', this.#route);
    removeEventListener('keydown', this.#key);
    removeEventListener('beforeunload', this.#askBeforeLeaving);
    removeEventListener('dragover', keepPage);
    removeEventListener('drop', keepPage);
  }

  /** What earlier visits left, and what a share link names. */
  async #bringBack(): Promise<void> {
    const shared = sharedOf(location.pathname);
    try {
      const [run, model, published] = await Promise.all([savedRun(), savedModel(), allPublished()]);
      this.state.update({ saved: run, published });
      if (model && shared?.kind !== 'model') this.state.update({ model });
    } catch (error) {
      this.state.notify(`This browser keeps nothing between visits: ${String(error)}`, 'warning');
    }
    this.linkComplaint = await openLink(this.state, this.#restoreRun);
  }

  #route = (): void => {
    const route = routeOf(location.hash);
    this.state.update({ route });
    this.#visit(route);
    void this.updateComplete.then(() => this.main.focus({ preventScroll: true }));
    scrollTo(0, 0);
  };

  protected override updated(): void {
    const { route, run } = this.state;
    const share = isActive(run) ? `${Math.round(overallShare(run) * 100)} % – ` : '';
    const titles = { ...Object.fromEntries(STEPS.map((step) => [step, STEP_PAGES[step].title])), ...SIDE_PAGES };
    document.title = `${share}${titles[route]} – mendscope`;
  }

  #visit(route: Route): void {
    const show = () => {
      this.visited = new Set([...this.visited, route]);
    };
    if (route === 'data' || this.visited.has(route)) show();
    else
      LOAD[route]().then(show, () =>
        this.state.notify('This page was updated meanwhile. Reload it to go on.', 'warning'),
      );
  }

  #key = (event: KeyboardEvent): void => {
    if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === '?') this.#openHelp();
    const route = STEPS[Number(event.key) - 1];
    if (route) location.hash = `#/${route}`;
  };

  #askBeforeLeaving = (event: BeforeUnloadEvent): void => {
    if (isActive(this.state.run)) event.preventDefault();
  };

  async #openHelp(): Promise<void> {
    await import('./mend-help');
    this.helpOpen = true;
  }

  async #openAbout(): Promise<void> {
    await import('./mend-about');
    this.aboutOpen = true;
  }

  #toggleScheme(): void {
    chooseScheme(currentScheme() === 'dark' ? 'light' : 'dark');
  }

  static override styles = [
    shared,
    css`
      :host {
        min-height: 100vh;
        display: flex;
        flex-direction: column;
      }

      .skip {
        position: absolute;
        left: 16px;
        top: -64px;
        z-index: 10;
        padding: 8px 16px;
        font: inherit;
        color: inherit;
        background: var(--wa-color-surface-raised);
        border: 1px solid var(--wa-color-surface-border);
        border-radius: 4px;
      }

      .skip:focus {
        top: 8px;
      }

      header {
        position: sticky;
        top: 0;
        z-index: 5;
        display: grid;
        grid-template-columns: 1fr auto 1fr;
        align-items: center;
        gap: 24px;
        height: 56px;
        padding: 0 24px;
        background: var(--wa-color-surface-raised);
        border-bottom: 1px solid var(--wa-color-surface-border);
      }

      .brand {
        display: flex;
        align-items: center;
        gap: 8px;
        font-weight: 600;
        letter-spacing: -0.02em;
        font-size: 1.0625rem;
        color: inherit;
        text-decoration: none;
        justify-self: start;
      }

      .brand img {
        width: 24px;
        height: 24px;
        display: block;
      }

      nav ol {
        display: flex;
        align-items: center;
        gap: 4px;
      }

      nav li {
        display: flex;
        align-items: center;
        gap: 4px;
      }

      nav li + li::before {
        content: '';
        width: 12px;
        height: 1px;
        background: var(--wa-color-neutral-border-normal);
      }

      nav a {
        position: relative;
        display: flex;
        align-items: center;
        gap: 8px;
        height: 36px;
        padding: 0 12px;
        border-radius: 8px;
        color: var(--wa-color-text-quiet);
        text-decoration: none;
        font-size: 0.9375rem;
        font-weight: 500;
      }

      nav a:hover {
        background: var(--wa-color-neutral-fill-quiet);
        color: var(--wa-color-text-normal);
      }

      nav a[aria-current] {
        background: var(--wa-color-brand-fill-quiet);
        color: var(--wa-color-brand-on-quiet);
      }

      nav wa-icon {
        font-size: 1.0625rem;
      }

      .done {
        font-size: 0.875rem;
        color: var(--wa-color-success-on-quiet);
      }

      .running {
        font-size: 0.75rem;
        font-variant-numeric: tabular-nums;
        color: var(--wa-color-brand-on-quiet);
      }

      .tools {
        justify-self: end;
        display: flex;
        align-items: center;
        gap: 4px;
        min-width: 0;
      }

      .tool wa-icon {
        font-size: 1.125rem;
      }

      .adapter::part(label) {
        display: flex;
        align-items: center;
        gap: 8px;
        max-width: 14rem;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        font-size: 0.8125rem;
        font-weight: 500;
      }

      .dot {
        flex: none;
        width: 8px;
        height: 8px;
        border-radius: 50%;
        background: var(--wa-color-success-fill-loud);
      }

      .dot.software {
        background: var(--wa-color-warning-60);
      }

      .dot.none {
        background: var(--wa-color-danger-fill-loud);
      }

      .dot.asking {
        background: var(--wa-color-neutral-border-loud);
      }

      main {
        flex: 1;
        width: 100%;
        max-width: 1536px;
        margin: 0 auto;
        padding: 32px 24px 64px;
      }

      main[tabindex]:focus-visible {
        outline: none;
      }

      footer {
        padding: 16px 24px;
        border-top: 1px solid var(--wa-color-surface-border);
      }

      footer .row {
        max-width: 1488px;
        margin: 0 auto;
        gap: 8px;
      }

      footer .beside {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 24px;
        margin-inline-start: auto;
      }

      @media (max-width: 1080px) {
        header {
          gap: 8px;
          padding: 0 16px;
        }

        .brand span,
        nav li + li::before {
          display: none;
        }

        main {
          padding: 24px 16px 48px;
        }
      }

      @media (max-width: 720px) {
        header {
          position: static;
          grid-template-columns: auto 1fr;
          height: auto;
          padding: 8px 16px;
        }

        nav {
          order: 1;
          grid-column: 1 / -1;
        }

        nav ol {
          justify-content: space-between;
        }

        nav a {
          padding: 0 8px;
          gap: 4px;
        }

        nav a > wa-icon:first-child {
          display: none;
        }

        footer {
          padding: 16px;
        }

        footer .row {
          align-items: flex-start;
        }

        footer .row > span:first-of-type {
          flex: 1;
        }

        footer .beside {
          flex-basis: 100%;
        }
      }
    `,
  ];

  protected override render() {
    const { route } = this.state;
    return html`
      <header>
        <button class="skip" @click=${() => this.main.focus()}>Skip to the page</button>
        <a class="brand" href="#/data"><img src="/icon.svg" alt="" /><span>mendscope</span></a>
        <nav aria-label="Steps">
          <ol>
            ${STEPS.map((name) => this.#step(name, name === route))}
          </ol>
        </nav>
        <div class="tools">
          ${this.#adapterButton()}
          <wa-button class="tool" size="s" appearance="plain" @click=${this.#toggleScheme}>
            <wa-icon name=${currentScheme() === 'dark' ? 'sun' : 'moon'} label="Switch between light and dark"></wa-icon>
          </wa-button>
          <wa-button class="tool" size="s" appearance="plain" data-testid="help" @click=${this.#openHelp}>
            <wa-icon name="help" label="Help and keys"></wa-icon>
          </wa-button>
        </div>
      </header>
      <mend-notices .trainRun=${this.#trainRun} .linkComplaint=${this.linkComplaint}></mend-notices>
      <main id="main" tabindex="-1">
        ${this.visited.has('data') ? html`<mend-data ?hidden=${route !== 'data'}></mend-data>` : nothing}
        ${
          this.visited.has('train')
            ? html`<mend-train ?hidden=${route !== 'train'} .trainRun=${this.#trainRun}></mend-train>`
            : nothing
        }
        ${
          this.visited.has('restore')
            ? html`<mend-restore ?hidden=${route !== 'restore'} .restoreRun=${this.#restoreRun} @probe=${() => this.#trainRun.probe()}></mend-restore>`
            : nothing
        }
        ${this.visited.has('share') ? html`<mend-share ?hidden=${route !== 'share'}></mend-share>` : nothing}
        ${this.visited.has('evidence') ? html`<mend-evidence ?hidden=${route !== 'evidence'}></mend-evidence>` : nothing}
        ${this.visited.has('benchmark') ? html`<mend-benchmark ?hidden=${route !== 'benchmark'}></mend-benchmark>` : nothing}
      </main>
      <footer class="small quiet">
        <div class="row">
          <wa-icon name="lock"></wa-icon>
          <span>Images and models stay in this browser. Only <b>Share → Publish</b> uploads anything.</span>
          <span class="beside">
            ${hasEvidence ? html`<a href="#/evidence" data-testid="nav-evidence">Evidence: what the methods reach</a>` : nothing}
            <a href="#/benchmark" data-testid="nav-benchmark">Benchmark: how fast this device is</a>
          </span>
        </div>
      </footer>
      ${this.aboutOpen ? html`<mend-about @closed=${() => (this.aboutOpen = false)}></mend-about>` : nothing}
      ${this.helpOpen ? html`<mend-help @closed=${() => (this.helpOpen = false)}></mend-help>` : nothing}
      <wa-toast placement="bottom-end"></wa-toast>
    `;
  }

  #step(name: Step, current: boolean) {
    const { run, tasks, model, published } = this.state;
    const done = { data: isReady(tasks), train: model !== undefined, restore: false, share: published.length > 0 };
    const status =
      name === 'train' && isActive(run)
        ? html`<span class="running">${Math.round(overallShare(run) * 100)} %</span>`
        : done[name]
          ? html`<wa-icon class="done" name="check" label="done"></wa-icon>`
          : nothing;
    return html`
      <li>
        <a href="#/${name}" aria-current=${current ? 'page' : nothing} data-testid="nav-${name}">
          <wa-icon name=${STEP_PAGES[name].icon}></wa-icon>${STEP_PAGES[name].title} ${status}
        </a>
      </li>
    `;
  }

  #adapterButton() {
    const { adapter, noAdapter } = this.state;
    const [tone, text] = noAdapter
      ? ['none', 'No WebGPU']
      : adapter
        ? [adapter.software ? 'software' : '', adapter.name]
        : ['asking', 'Asking for a GPU'];
    return html`
      <wa-button class="adapter" size="s" appearance="plain" data-testid="adapter" title="Device and about" @click=${this.#openAbout}>
        <span class="dot ${tone}"></span>${text}
      </wa-button>
    `;
  }
}

/** A file dropped beside a drop zone would otherwise replace the page. */
function keepPage(event: Event): void {
  event.preventDefault();
}
