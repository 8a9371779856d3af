/** SHA-256 in hexadecimal, in a page, a thread, Node and the worker alike. */
export async function sha256(bytes: Uint8Array<ArrayBuffer> | ArrayBuffer | string): Promise<string> {
  const data = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
  return hexadecimal(await crypto.subtle.digest('SHA-256', data));
}

export function hexadecimal(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
