/** Whatever was thrown, as the three lines the page shows: got, wanted, fix. */
import { BadInputError } from '../imaging/bad_input';
import type { Complaint } from '../training/messages';
import { ThreadError } from '../training/worker_client';
import { EdgeRefusal } from '../wire/refusal';

export function complaintOf(error: unknown, wanted: string, fix: string): Complaint {
  if (error instanceof BadInputError) return { got: error.got, wanted: error.wanted, fix: error.fix };
  if (error instanceof ThreadError) return error.complaint;
  if (error instanceof EdgeRefusal) return { got: error.what, wanted, fix: error.fix };
  return { got: error instanceof Error ? error.message : String(error), wanted, fix };
}
