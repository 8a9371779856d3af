/** What the address brought along: a model, an image to see with it, a data set. */
import type { Complaint } from '../training/messages';
import { type AppState, nextId, type Restoration } from './app_state';
import { allPublished, type PublishedItem, savePublished } from './autosave';
import { complaintOf } from './complaint';
import { plural } from './format';
import { fetchSample, fetchShared, type SharedModel, termsOf } from './publish';
import { defaultTask, type RestoreRun } from './restore_run';
import { editTokenOf, sharedOf } from './routes';
import { type SharedSample, sampleOf } from './shared_view';
import type { TaskDraft } from './task_draft';

/** Loads what the share link names. What goes wrong is returned for the page to show. */
export async function openLink(state: AppState, restoreRun: RestoreRun): Promise<Complaint | undefined> {
  const shared = sharedOf(location.pathname);
  if (!shared) return undefined;
  if (shared.kind === 'dataset') return openDataset(state, shared.id);
  const complaint = await openModel(state, restoreRun, shared.id);
  const sample = complaint ? undefined : sampleOf(location.search);
  return sample ? openSample(state, shared.id, sample) : complaint;
}

async function openModel(state: AppState, restoreRun: RestoreRun, id: string): Promise<Complaint | undefined> {
  const editToken = editTokenOf(location.hash);
  location.hash = '#/restore';
  state.update({ loadingModel: { loaded: 0, total: undefined } });
  try {
    const model = await fetchShared(id, (loaded, total) => state.update({ loadingModel: { loaded, total } }));
    await restoreRun.load(model.bytes, model.title, 'link', id);
    if (editToken) await keepEditToken(state, { ...model, id, bytes: model.bytes.byteLength }, editToken);
    return undefined;
  } catch (error) {
    return complaintOf(error, 'a model under this link', 'Ask the sender for the link again.');
  } finally {
    state.update({ loadingModel: undefined });
  }
}

/** An edit link opened in another browser makes its holder an owner there too. */
async function keepEditToken(
  state: AppState,
  { published: publishedAt, ...about }: Omit<SharedModel, 'bytes'> & Pick<PublishedItem, 'id' | 'bytes' | 'kind'>,
  editToken: string,
): Promise<void> {
  const { EdgeClient } = await import('../wire/client');
  const { listed, expires } = await new EdgeClient(location.origin).fetchCollection(about.collection);
  const { kind, id, collection, number, title, bytes } = about;
  await savePublished({
    ...(kind ? { kind } : {}),
    id,
    collection,
    number,
    title,
    link: `${location.origin}/${kind === 'dataset' ? 'd' : 'm'}/${id}`,
    editToken,
    bytes,
    publishedAt,
    ...termsOf({ listed, ...(expires === null ? {} : { expires }) }),
  });
  state.update({ published: await allPublished() });
  state.notify('This link lets you change or delete the publication, and add a version to it: see Share.');
}

async function openSample(state: AppState, model: string, sample: SharedSample): Promise<Complaint | undefined> {
  try {
    const shown = await fetchSample(sample.image, model);
    const info = state.model?.info;
    const asked = info?.tasks.find(({ name }) => name === sample.task)?.name;
    if (sample.task !== undefined && asked === undefined)
      state.notify(`The model knows no task “${sample.task}”; its own are in the list under Defect.`, 'warning');
    const restoration: Restoration = {
      ...shown,
      id: nextId(),
      task: asked ?? (info && defaultTask(info)),
      status: shown.result ? 'done' : 'waiting',
      progress: shown.result ? 1 : 0,
      shownAs: sample.view,
      sharedId: sample.image,
    };
    state.update({ restorations: [restoration, ...state.restorations], selected: restoration.id });
    return undefined;
  } catch (error) {
    return complaintOf(error, 'an image under this link', 'The model is loaded; ask the sender for the image again.');
  }
}

async function openDataset(state: AppState, id: string): Promise<Complaint | undefined> {
  const editToken = editTokenOf(location.hash);
  location.hash = '#/data';
  state.update({ loadingData: { files: 0, filesDone: 0, bytes: 0, bytesDone: 0 } });
  try {
    const [{ EdgeClient }, { fetchDataset }] = await Promise.all([import('../wire/client'), import('./shared_data')]);
    const client = new EdgeClient(location.origin);
    const { record, tasks, refused, without } = await fetchDataset(client, id, (arrived, loadingData) =>
      state.update({ tasks: withArrived(state.tasks, arrived), loadingData }),
    );
    state.update({
      tasks: withArrived(state.tasks, tasks),
      dataset: record,
      refused: [...state.refused, ...refused],
    });
    if (editToken) {
      const { title, collection, number, created, bytes } = record;
      const about = { kind: 'dataset' as const, id, title, collection, number, bytes, published: Date.parse(created) };
      await keepEditToken(state, about, editToken);
    }
    if (without > 0) state.notify(`${plural(without, 'image')} without a partner left out.`, 'warning');
    return undefined;
  } catch (error) {
    return complaintOf(error, 'a data set under this link', 'Ask the sender for the link again.');
  } finally {
    state.update({ loadingData: undefined });
  }
}

/** What was named, switched or added on the page meanwhile stays. */
function withArrived(shown: TaskDraft[], arrived: TaskDraft[]): TaskDraft[] {
  const others = shown.filter(({ id }) => arrived.every((task) => task.id !== id));
  const loaded = arrived.map((task) => {
    const { name, axial } = shown.find(({ id }) => id === task.id) ?? task;
    return { ...task, name, axial };
  });
  return [...loaded, ...others];
}
