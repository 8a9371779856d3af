import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Light or dark: the system's choice until the user makes one, which is then remembered. */
export type Scheme = 'light' | 'dark';

const KEY = 'mendscope-scheme';

export function currentScheme(): Scheme {
  return document.documentElement.classList.contains('wa-dark') ? 'dark' : 'light';
}

export function applyScheme(scheme: Scheme): void {
  const { classList } = document.documentElement;
  classList.toggle('wa-dark', scheme === 'dark');
  classList.toggle('wa-light', scheme === 'light');
}

export function chooseScheme(scheme: Scheme): void {
  localStorage.setItem(KEY, scheme);
  applyScheme(scheme);
}

/** Applies the scheme and follows the system while the user has not chosen. */
export function followScheme(onChange: () => void): void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const apply = () => {
    const chosen = localStorage.getItem(KEY);
    applyScheme(chosen === 'dark' || chosen === 'light' ? chosen : system.matches ? 'dark' : 'light');
    onChange();
  };
  system.addEventListener('change', apply);
  apply();
}

/** Updates an element that paints with the scheme's colours, or shows which one it is, when the scheme changes. */
export class SchemeController implements ReactiveController {
  #observer: MutationObserver;

  constructor(host: ReactiveControllerHost, onChange: () => void = () => host.requestUpdate()) {
    host.addController(this);
    this.#observer = new MutationObserver(onChange);
  }

  hostConnected(): void {
    this.#observer.observe(document.documentElement, { attributeFilter: ['class'] });
  }

  hostDisconnected(): void {
    this.#observer.disconnect();
  }
}
