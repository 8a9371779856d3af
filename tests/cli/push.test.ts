/** The words of push that are refused before anything is sent. */
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { runLine } from './run_line';

const send = vi.fn(async () => {
  throw new TypeError('fetch failed');
});
vi.stubGlobal('fetch', send);
afterAll(() => vi.unstubAllGlobals());
// Given back, a function would be called after the test.
beforeEach(() => void send.mockClear());

const EDIT_LINK = `http://edge.test/d/${'A'.repeat(22)}#edit=token`;

test.each([
  [['--pairs', 'a=x:y', '--unpaired', 'a=z:w'], "task 'a' is given twice"],
  [['--pairs', 'a=x:y', '--axial', 'b'], '--axial b: no task has that name'],
  [['--pairs', 'a/b=x:y', '--unpaired', 'a_b=z:w'], 'two tasks would be published in the folder a_b'],
  [['--pairs', 'a'], "got 'a', wanted TASK=DEFECTIVE_DIR:CLEAN_DIR\n"],
  [['--pairs', 'a=phantom:retina'], "got 'a=phantom:retina', wanted TASK=DEFECTIVE_DIR:CLEAN_DIR\n"],
  [['--pairs', 'a=x:y:z'], "task 'a': got 'x:y:z', wanted DEFECTIVE_DIR:CLEAN_DIR"],
  [['model.safetensors', '--axial', 'a'], 'got --axial with a model'],
])('%j', async (words, message) => {
  const { code, err } = await runLine('push', ...words, '--title', 'T', '--edit-link', EDIT_LINK);
  expect(err).toContain(message);
  expect(code).toBe(2);
  expect(send).not.toHaveBeenCalled();
});
