/** Any error as the page and the terminal show it: what came, what was wanted, what to do. */
import { BadInputError } from '../imaging/bad_input';
import { EngineLostError, NoAdapterError, OutOfMemoryError } from '../runtime';
import type { Complaint, ErrorCode } from './messages';
import { ModelFileError } from './model_file';
import { Cancelled } from './restore';
import { BudgetError } from './tile_plan';

/** @param inputCode the code for unusable input: 'bad-data' while training, 'bad-model' while restoring */
export function complaint(error: unknown, inputCode: ErrorCode): { code: ErrorCode; error: Complaint } {
  if (error instanceof NoAdapterError) return { code: 'no-adapter', error: noAdapter(error) };
  if (error instanceof EngineLostError) return { code: 'device-lost', error: lost(error) };
  if (error instanceof BadInputError) return { code: 'bad-data', error: parts(error) };
  if (error instanceof ModelFileError)
    return { code: inputCode === 'bad-data' ? 'bad-data' : 'bad-model', error: parts(error) };
  if (error instanceof BudgetError) return { code: 'out-of-memory', error: parts(error) };
  if (error instanceof Cancelled)
    return {
      code: 'failed',
      error: { got: 'a cancelled restoration', wanted: 'a finished one', fix: 'start it again' },
    };
  const got = error instanceof Error ? error.message : String(error);
  const outOfMemory = error instanceof OutOfMemoryError || /out of memory|allocation/i.test(got);
  return {
    code: outOfMemory ? 'out-of-memory' : 'failed',
    error: {
      got,
      wanted: 'a run without errors',
      fix: outOfMemory
        ? 'choose smaller patches, a smaller batch or a smaller preset'
        : 'try again; report it if it comes back',
    },
  };
}

function parts({ got, wanted, fix }: Complaint): Complaint {
  return { got, wanted, fix };
}

function noAdapter({ message }: NoAdapterError): Complaint {
  const [got, ...fix] = message.split('. ');
  return { got, wanted: 'a browser and a graphics card with WebGPU', fix: fix.join('. ') };
}

function lost({ message }: EngineLostError): Complaint {
  const [got] = message.split('; ');
  return { got, wanted: 'a device that stays', fix: 'resume from the last checkpoint' };
}
