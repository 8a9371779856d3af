import { describe, expect, it } from 'vitest';
import { makeImage } from '../../src/imaging/image';
import {
  fromTrainingData,
  guessRole,
  newTask,
  offersOrder,
  pairKey,
  pairRows,
  type SourceImage,
  type TaskDraft,
  taskComplaints,
  toTrainingData,
} from '../../src/ui/task_draft';

const source = (name: string, x = 8): SourceImage => ({ id: name, name, image: makeImage({ x, y: 8 }, 'uint16') });

function draft(defective: string[], clean: string[], change: Partial<TaskDraft> = {}): TaskDraft {
  return {
    ...newTask('1', 'noise'),
    defective: defective.map((n) => source(n)),
    clean: clean.map((n) => source(n)),
    ...change,
  };
}

const summary = (task: TaskDraft) => pairRows(task).map((row) => [row.defective?.name, row.clean?.name, row.status]);

describe('pairing', () => {
  it('takes off folder, extension, case and the word that names the side', () => {
    expect(pairKey('low/Cell_01_noisy.OME.tif', 'defective')).toBe('cell_01');
    expect(pairKey('gt-cell_01.png', 'clean')).toBe('cell_01');
    expect(pairKey('noisy.tif', 'defective')).toBe('noisy');
  });

  it('matches by name and lists what is left', () => {
    expect(summary(draft(['b.tif', 'a_low.tif', 'c.tif'], ['a_high.tif', 'B.png', 'd.tif']))).toEqual([
      ['a_low.tif', 'a_high.tif', 'matched'],
      ['b.tif', 'B.png', 'matched'],
      ['c.tif', undefined, 'no-clean'],
      [undefined, 'd.tif', 'no-defective'],
    ]);
  });

  it('does not choose between two files of one name', () => {
    expect(summary(draft(['a.tif', 'a.png'], ['a.tif'])).map(([, , status]) => status)).toEqual([
      'name-twice',
      'name-twice',
    ]);
  });

  it('refuses sizes that differ', () => {
    const task = { ...draft(['a.tif'], []), clean: [source('a.tif', 9)] };
    expect(pairRows(task)[0].status).toBe('sizes-differ');
  });

  it('pairs in natural order of the names when asked', () => {
    const task = draft(['x10.tif', 'x9.tif'], ['y1.tif', 'y2.tif'], { pairBy: 'order' });
    expect(summary(task)).toEqual([
      ['x9.tif', 'y1.tif', 'matched'],
      ['x10.tif', 'y2.tif', 'matched'],
    ]);
  });

  it('offers the order only where no name matches and the counts agree', () => {
    expect(offersOrder(draft(['p.tif', 'q.tif'], ['r.tif', 's.tif']))).toBe(true);
    expect(offersOrder(draft(['p.tif', 'q.tif'], ['p.tif', 's.tif']))).toBe(false);
    expect(offersOrder(draft(['p.tif', 'q.tif'], ['r.tif']))).toBe(false);
  });
});

describe('complaints', () => {
  it('asks for the side that is missing', () => {
    expect(taskComplaints(draft([], [])).map(({ got }) => got)).toEqual(['a task without any images']);
    expect(taskComplaints(draft(['a.tif'], [])).map(({ got }) => got)).toEqual(['a task without clean images']);
  });

  it('asks for pairs only where the images are paired', () => {
    const task = draft(['a.tif'], ['b.tif', 'c.tif']);
    expect(taskComplaints(task)).toHaveLength(1);
    expect(taskComplaints({ ...task, kind: 'unpaired' })).toEqual([]);
  });

  it('asks for names, each once', () => {
    const one = draft(['a.tif'], ['a.tif']);
    expect(taskComplaints({ ...one, name: ' ' })[0].wanted).toBe('a name');
    expect(taskComplaints(one, [one, { ...one, id: '2' }])[0].got).toBe('two tasks named “noise”');
    expect(taskComplaints(one, [one])).toEqual([]);
  });
});

describe('training data', () => {
  it('holds the matched pairs only', () => {
    const data = toTrainingData([draft(['a.tif', 'b.tif'], ['a.tif'], { axial: true })]);
    expect(data.tasks).toMatchObject([{ kind: 'paired', name: 'noise', axial: true, pairs: [{ name: 'a.tif' }] }]);
  });

  it('comes back as the same lists', () => {
    const drafts = [
      draft(['b.tif', 'a.tif'], ['a.tif', 'b.tif']),
      draft(['p.tif'], ['q.tif'], { kind: 'unpaired', name: 'blur' }),
    ];
    const data = toTrainingData(drafts);
    let id = 0;
    expect(toTrainingData(fromTrainingData(data, () => String(++id)))).toEqual(data);
  });
});

describe('guessRole', () => {
  it.each([
    ['w2s/noisy/1.tif', 'defective'],
    ['w2s/GT/1.tif', 'clean'],
    ['train/low/1.tif', 'defective'],
    ['train/high/1.tif', 'clean'],
    ['slow/1.tif', undefined],
    ['noisy.tif', undefined],
  ])('%s is %s', (path, role) => {
    expect(guessRole(path)).toBe(role);
  });
});
