/** What of a model restores an image: its weights at a place of the dial, one task's where each has its own, and the floor. */
import { ownTasks } from '../models/restoring_network';
import { type OfTask, ofTask } from '../models/task_weights';
import { betweenWeights } from './mend';
import { type ModelFile, ModelFileError, type NamedTensors } from './model_file';

/** The weights at a place of the dial. @throws ModelFileError where the model has no such place */
function weightsAt({ sets }: ModelFile, detail = 0): NamedTensors {
  const faithful = sets.get('restorer') ?? new Map();
  if (detail === 0) return faithful;
  const sharp = sets.get('detail');
  if (!sharp)
    throw new ModelFileError(
      `detail ${detail} and a model that learned fidelity alone`,
      'detail 0, or a model trained with steps of the cGAN after those of mend',
      'leave the detail at 0, or train such a model',
    );
  if (!(detail > 0 && detail <= 1))
    throw new ModelFileError(`detail ${detail}`, 'a number from 0, fidelity, to 1, detail', 'choose one between');
  return betweenWeights(faithful, sharp, detail);
}

/** Where each task has weights of its own, those of the one that is named. */
export function networkFor(model: ModelFile, { task, detail }: { task?: string; detail?: number }): OfTask {
  const { restorer, tasks } = model.record;
  const named = tasks.findIndex(({ name }) => name === task);
  if (named < 0 && ownTasks(restorer) > 1)
    throw new ModelFileError(
      'no task and a model that restores each of its tasks in a way of its own',
      `one of ${tasks.map(({ name }) => name).join(', ')}`,
      'say which of them the image is',
    );
  return ofTask(restorer, weightsAt(model, detail), Math.max(0, named));
}

/** The task's, or where none is named what holds for all of them. */
export function floorOf({ floors, tasks }: ModelFile['record'], task: string | undefined): number | undefined {
  if (!floors) return undefined;
  return task === undefined ? Math.min(...floors) : floors[tasks.findIndex(({ name }) => name === task)];
}
