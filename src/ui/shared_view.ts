/**
 * How an image is looked at, as a share link writes it: `view=swipe,x64.5,y32,s3,min100,max900,z4`. Parts that are left
 * out, or that no page ever wrote, are as the page shows any image.
 */
import type { Contrast } from './contrast';
import type { Place } from './side_view';
import { MAX_SCALE, type View } from './view_transform';

export const MODES = ['side', 'swipe', 'flicker'] as const;
export type Mode = (typeof MODES)[number];

export interface SharedView {
  mode?: Mode;
  /** Absent: the whole image, as large as fits. */
  view?: View;
  contrast?: Contrast;
  /** Of a stack: the plane, the time point, the channel; the row where it is cut sideways. */
  place?: Place;
}

const AXES = ['t', 'z', 'c', 'y'] as const;

export function viewText({ mode, view, contrast, place }: SharedView): string {
  const parts: string[] = mode ? [mode] : [];
  const put = (name: string, value: number) => parts.push(`${name}${Number(value.toPrecision(6))}`);
  if (view) for (const name of ['x', 'y', 's'] as const) put(name, name === 's' ? view.scale : view[name]);
  if (contrast) for (const name of ['min', 'max'] as const) put(name, contrast[name]);
  if (place) {
    for (const axis of AXES) if (place[axis] > 0) put(`at-${axis}`, place[axis]);
    if (place.side) parts.push('xz');
  }
  return parts.join(',');
}

export function parseView(text: string): SharedView {
  const parts = text.split(',');
  const numbers = new Map<string, number>();
  for (const part of parts) {
    const [, name, digits] = /^(x|y|s|min|max|at-[tzcy])(-?\d[\d.]*(?:e[+-]?\d+)?)$/.exec(part) ?? [];
    const value = Number(digits);
    if (name && Number.isFinite(value)) numbers.set(name, value);
  }
  const shared: SharedView = {};
  const mode = MODES.find((name) => name === parts[0]);
  if (mode) shared.mode = mode;
  const [x, y, scale] = ['x', 'y', 's'].map((name) => numbers.get(name));
  if (x !== undefined && y !== undefined && scale !== undefined && scale > 0)
    shared.view = { x, y, scale: Math.min(MAX_SCALE, Math.max(1 / MAX_SCALE, scale)) };
  const [min, max] = ['min', 'max'].map((name) => numbers.get(name));
  if (min !== undefined && max !== undefined && min < max) shared.contrast = { min, max };
  const at = (axis: string) => Math.max(0, Math.round(numbers.get(`at-${axis}`) ?? 0));
  const side = parts.includes('xz');
  if (side || AXES.some((axis) => numbers.has(`at-${axis}`)))
    shared.place = { t: at('t'), z: at('z'), c: at('c'), y: at('y'), side };
  return shared;
}

/** What a model's share link may carry behind its `?`. */
export interface SharedSample {
  /** Id of a published result: an image, what became of it, its truth where it is known. */
  image: string;
  task: string | undefined;
  view: SharedView;
}

export function sampleOf(search: string): SharedSample | undefined {
  const query = new URLSearchParams(search);
  const image = query.get('image') ?? '';
  if (!/^[\w-]+$/.test(image)) return undefined;
  return { image, task: query.get('task') ?? undefined, view: parseView(query.get('view') ?? '') };
}

export function sampleQuery({ image, task, view }: SharedSample): string {
  const written = viewText(view);
  return `?image=${image}${task ? `&task=${encodeURIComponent(task)}` : ''}${written ? `&view=${written}` : ''}`;
}
