import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';

test('workerd offers R2 and D1 under the names the worker uses', async () => {
  await env.BLOBS.put('probe', 'mend');
  expect(await (await env.BLOBS.get('probe'))?.text()).toBe('mend');
  expect(await env.DB.prepare('SELECT 1 + 1 AS sum').first('sum')).toBe(2);
});
