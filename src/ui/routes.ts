/** Pages live in the fragment (`#/train`), so that every path that is not a share link is the page itself. */
export const STEPS = ['data', 'train', 'restore', 'share'] as const;
export type Step = (typeof STEPS)[number];
/** The steps, and what lies beside them. */
export const ROUTES = [...STEPS, 'evidence', 'benchmark'] as const;
export type Route = (typeof ROUTES)[number];

export function routeOf(hash: string): Route {
  const name = hash.replace(/^#\/?/, '').split(/[?&]/)[0];
  return ROUTES.find((route) => route === name) ?? 'data';
}

export interface SharedItem {
  kind: 'model' | 'dataset';
  id: string;
}

/** What a share link's path names: a model (`/m/<id>`) or a data set (`/d/<id>`). */
export function sharedOf(path: string): SharedItem | undefined {
  const [, letter, id] = /^\/([md])\/([A-Za-z0-9_-]+)\/?$/.exec(path) ?? [];
  return letter ? { kind: letter === 'm' ? 'model' : 'dataset', id } : undefined;
}

/** The edit token that a link may carry in its fragment, which browsers never send. */
export function editTokenOf(hash: string): string | undefined {
  return /(?:^#|[?&])edit=([A-Za-z0-9_-]+)/.exec(hash)?.[1];
}
