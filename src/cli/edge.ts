/** What push, pull and share have in common: which store, and which item, the words on the line mean. */
import { EdgeClient, parseShareLink } from '../wire/client';
import type { ShareLink } from '../wire/share_link';
import { UsageError } from './command';

/** Where `npm start` serves, unless --to or MENDSCOPE_EDGE names another store. */
export const LOCAL_EDGE = 'http://127.0.0.1:8787';

export function edgeAt(words: { to?: unknown }): EdgeClient {
  const url = typeof words.to === 'string' ? words.to : (process.env.MENDSCOPE_EDGE ?? LOCAL_EDGE);
  if (!URL.canParse(url))
    throw new UsageError(`--to: got ${url}, wanted the address of a store, such as ${LOCAL_EDGE}`);
  return new EdgeClient(new URL(url).origin);
}

/** A link names its store as well as its item. */
export function openLink(link: string): { edge: EdgeClient; item: ShareLink } {
  const item = URL.canParse(link) ? parseShareLink(link) : undefined;
  if (!item) throw new UsageError(`got '${link}', wanted a share link, such as ${LOCAL_EDGE}/m/…`);
  return { edge: new EdgeClient(new URL(link).origin), item };
}

export function openEditLink(link: string): { edge: EdgeClient; item: ShareLink; editToken: string } {
  const { edge, item } = openLink(link);
  if (item.editToken === undefined)
    throw new UsageError(
      `got a link without #edit=…, wanted the edit link that push printed; only it may change things`,
    );
  return { edge, item, editToken: item.editToken };
}
