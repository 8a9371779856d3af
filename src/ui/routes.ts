/** Pages live in the fragment (`#/train`), so that every path that is not a share link is the page itself. */
export const STEPS = ['data', 'train', 'restore', 'share'] as const;
export type Step = (typeof STEPS)[number];
/** The steps, and what lies beside them. */
export const ROUTES = [...STEPS, 'evidence'] as const;
export type Route = (typeof ROUTES)[number];

export function routeOf(hash: string): Route {
  const name = hash.replace(/^#\/?/, '').split(/[?&]/)[0];
  return ROUTES.find((route) => route === name) ?? 'data';
}

/** The id of a share link's path, `/m/<id>`. */
export function sharedIdOf(path: string): string | undefined {
  return /^\/m\/([A-Za-z0-9_-]+)\/?$/.exec(path)?.[1];
}

/** The edit token that a link may carry in its fragment, which browsers never send. */
export function editTokenOf(hash: string): string | undefined {
  return /(?:^#|[?&])edit=([A-Za-z0-9_-]+)/.exec(hash)?.[1];
}
