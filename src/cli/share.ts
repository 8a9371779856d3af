/** `mendscope share EDIT-LINK …`: what the owner of a publication may change. */
import type { EdgeClient } from '../wire/client';
import { LINK_LETTER } from '../wire/identifiers';
import { type Command, UsageError } from './command';
import { openEditLink, openLink } from './edge';

const USAGE = `Usage: mendscope share LINK
       mendscope share EDIT-LINK --listed yes|no | --expires TIME|never | --rotate | --revoke | --delete

Shows the collection behind a link; with its edit link, changes it.

  --listed yes|no        show it in the store's gallery, or not
  --expires TIME|never   ISO 8601, UTC
  --rotate               exchange the edit link for a new one
  --revoke               no edit link works any more; the share links stay
  --delete               the links answer "nothing here" at once

JSON: {collection, title, listed, expires, latest, versions} or {collection, editUrl} or {collection, revoked | deleted}
`;

const ACTIONS = ['listed', 'expires', 'rotate', 'revoke', 'delete'];

export const share: Command = {
  summary: 'show, list, expire, rotate, revoke or delete a publication',
  usage: USAGE,
  options: {
    listed: { type: 'string' },
    expires: { type: 'string' },
    rotate: { type: 'boolean' },
    revoke: { type: 'boolean' },
    delete: { type: 'boolean' },
  },
  async run({ positionals, values }) {
    if (positionals.length !== 1) throw new UsageError(`got ${positionals.length} links, wanted one`);
    const asked = ACTIONS.filter((action) => values[action] !== undefined);
    if (asked.length > 1 && asked.some((action) => !['listed', 'expires'].includes(action)))
      throw new UsageError(`got --${asked.join(' and --')}: one at a time`);
    const [link] = positionals;
    if (asked.length === 0) return show(openLink(link).edge, await collectionOf(link));
    const { edge, item, editToken } = openEditLink(link);
    const collection = await collectionOf(link);
    if (values.rotate) {
      const token = await edge.rotateEditToken(collection, editToken);
      const editUrl = `${new URL(link).origin}/${LINK_LETTER[item.kind]}/${item.id}#edit=${token}`;
      return { json: { collection, editUrl }, text: editUrl };
    }
    if (values.revoke) {
      await edge.revokeEditToken(collection, editToken);
      return { json: { collection, revoked: true }, text: 'No edit link works any more.' };
    }
    if (values.delete) {
      await edge.deleteCollection(collection, editToken);
      return { json: { collection, deleted: true }, text: 'Deleted.' };
    }
    await edge.changeCollection(collection, editToken, {
      ...(values.listed === undefined ? {} : { listed: yesOrNo(values.listed) }),
      ...(values.expires === undefined ? {} : { expires: values.expires === 'never' ? null : String(values.expires) }),
    });
    return show(edge, collection);
  },
};

async function collectionOf(link: string): Promise<string> {
  const { edge, item } = openLink(link);
  return (await edge.fetchVersion(item.kind, item.id)).collection;
}

async function show(edge: EdgeClient, id: string) {
  const { title, listed, expires, latest, versions } = await edge.fetchCollection(id);
  const lines = versions.map((version) => `  ${version.number}  ${version.created}  ${version.link}  ${version.title}`);
  return {
    json: { collection: id, title, listed, expires, latest, versions },
    text: [
      `${title}${listed ? ', in the gallery' : ', unlisted'}${expires ? `, until ${expires}` : ''}`,
      ...lines,
    ].join('\n'),
  };
}

function yesOrNo(word: unknown): boolean {
  if (word !== 'yes' && word !== 'no') throw new UsageError(`--listed: got ${String(word)}, wanted yes or no`);
  return word === 'yes';
}
