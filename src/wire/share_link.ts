import { type Kind, LINK_LETTER } from './identifiers';

export interface ShareLink {
  kind: Kind;
  id: string;
  /** Present in an edit link: it stands in the fragment, which no browser sends to a server. */
  editToken?: string;
}

const PATH = new RegExp(`^/([${Object.values(LINK_LETTER).join('')}])/([A-Za-z0-9_-]{22})/?$`);

/** Understands a whole link or its path; undefined where it is none. */
export function parseShareLink(link: string): ShareLink | undefined {
  const url = URL.parse?.(link, 'http://localhost') ?? undefined;
  const match = url ? PATH.exec(url.pathname) : null;
  const kind = (Object.keys(LINK_LETTER) as Kind[]).find((name) => LINK_LETTER[name] === match?.[1]);
  if (!url || !match || !kind) return undefined;
  const editToken = new URLSearchParams(url.hash.slice(1)).get('edit');
  return { kind, id: match[2], ...(editToken === null ? {} : { editToken }) };
}
