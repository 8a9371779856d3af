import { hexadecimal } from '../src/wire/digest';

/** 128 random bits as 22 characters: an id, which is also the permission to read. */
export function newId(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(16)));
}

/** 32 random bytes: whoever holds it may edit. Only its hash is stored. */
export function newEditToken(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

/** R2 key of a blob. The last part differs for every upload, so that deleting one never deletes its successor. */
export function newObjectKey(sha256: string): string {
  return `blobs/${sha256}/${hexadecimal(crypto.getRandomValues(new Uint8Array(8)).buffer)}`;
}

export const manifestKey = (version: string): string => `manifests/${version}`;

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
