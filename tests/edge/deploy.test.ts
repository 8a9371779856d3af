import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { run } from './edge_server';

test.each(['preview', 'production'])(
  'wrangler deploy --env %s --dry-run passes, with every binding',
  async (environment) => {
    const output = await run(['deploy', '--env', environment, '--dry-run']);
    for (const binding of [
      'BLOBS',
      'DB',
      'ASSETS',
      'RATE_READ',
      'RATE_UPLOAD',
      'RATE_PUBLISH',
      'RATE_EDIT',
      'COLLECTION_BYTES',
    ])
      expect(output).toContain(`env.${binding}`);
    expect(output).toContain('--dry-run: exiting now.');
  },
  60_000,
);

test('deploying without a database id is refused with the way to get one', async () => {
  const script = fileURLToPath(new URL('../../scripts/edge_deploy.mjs', import.meta.url));
  const refused = promisify(execFile)(process.execPath, [script, 'production']);
  await expect(refused).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/wrangler d1 create mendscope\n/),
  });
});
