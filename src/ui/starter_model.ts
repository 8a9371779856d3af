/** The model that ships with the page (models/README.md), so that a first visit can restore something at once. */
const STARTER = new URL('../../models/starter.safetensors', import.meta.url);

export const STARTER_NAME = 'starter';

/** @throws Error where the page's own file does not come */
export async function fetchStarter(): Promise<ArrayBuffer> {
  const response = await fetch(STARTER);
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.arrayBuffer();
}
