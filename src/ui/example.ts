/** Phantoms to try the page with: the same optics as the project's own experiments. */
import { type Image, imageOfPlane, type Plane } from '../imaging/image';
import { AXIAL_TASKS, type PhantomTask, phantomPair } from '../imaging/phantoms/phantom';
import { nextId } from './app_state';
import { newTask, type TaskDraft } from './task_draft';

export interface Example {
  task: PhantomTask;
  title: string;
  text: string;
}

export const EXAMPLES: readonly Example[] = [
  {
    task: 'embryo-axial',
    title: 'Embryo, axial',
    text: 'Close-packed nuclei, sampled five times too coarsely along one axis.',
  },
  { task: 'embryo-noise', title: 'Embryo, noise', text: 'The same nuclei in low light: few photons, read noise.' },
  { task: 'retina', title: 'Retina, axial', text: 'Dense nuclei and envelopes, ten times too coarse and blurred.' },
  { task: 'microtubules', title: 'Microtubules', text: 'Thin filaments under wide-field blur, haze and shading.' },
  {
    task: 'illumination',
    title: 'Embryo, uneven light',
    text: 'Nuclei under a beam off centre that bleaches row by row.',
  },
];

export const EXAMPLE_COUNT = 24;
const HELD_OUT_SEED = 1_000_000;

/** A task of phantom pairs. `onImage` is called after each, with the browser given time to draw. */
export async function exampleTask(task: PhantomTask, onImage: (done: number) => void): Promise<TaskDraft> {
  const draft = { ...newTask(nextId(), task), axial: AXIAL_TASKS.includes(task) };
  for (let i = 1; i <= EXAMPLE_COUNT; i++) {
    const pair = phantomPair(task, { seed: i });
    const name = `${task}-${String(i).padStart(2, '0')}.tif`;
    draft.defective.push({ id: nextId(), name, image: imageOfPlane(pair.defective, 'float32') });
    draft.clean.push({ id: nextId(), name, image: imageOfPlane(pair.clean, 'float32') });
    onImage(i);
    await nextFrame();
  }
  return draft;
}

/** Held-out 16-bit phantoms with their truth, for the Restore page. */
export function heldOutExample(task: PhantomTask, count = 3): { name: string; image: Image; truth: Image }[] {
  return Array.from({ length: count }, (_, i) => {
    const pair = phantomPair(task, { seed: HELD_OUT_SEED + i });
    return {
      name: `${task}-held-out-${i + 1}.tif`,
      image: imageOfPlane(asCamera(pair.defective), 'uint16'),
      truth: imageOfPlane(asCamera(pair.clean), 'uint16'),
    };
  });
}

/** 0..1 as counts of a 16-bit camera, with head room. */
function asCamera(plane: Plane): Plane {
  const data = plane.data.map((value) => Math.min(65535, Math.max(0, Math.round(200 + value * 12000))));
  return { width: plane.width, height: plane.height, data };
}

function nextFrame(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
