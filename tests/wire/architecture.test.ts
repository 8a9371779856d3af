import { expect, test } from 'vitest';
import { cinGenerator } from '../../src/models/cin_generator';
import { ARCHITECTURES, PRESET_NAMES } from '../../src/models/presets';
import { restorer } from '../../src/models/restorer';
import { declareRestoring } from '../../src/models/restoring_network';
import { Graph, ParameterSet } from '../../src/runtime';
import { findMismatch } from '../../src/wire/architecture';

/** Names and shapes as the networks themselves declare them. */
function modelOf(preset: (typeof PRESET_NAMES)[number], tasks: number) {
  const architecture = ARCHITECTURES[preset];
  const graph = new Graph();
  const image = graph.input('image', [1, 32, 32, 1]);
  const nets = { restorer: new ParameterSet('restorer'), generator: new ParameterSet('generator') };
  restorer(nets.restorer.scope(graph), image, architecture.restorer);
  const task = graph.input('task', [1, tasks]);
  const noise = graph.input('noise', [1, 32, 32, 1]);
  cinGenerator(nets.generator.scope(graph), image, noise, task, architecture.generator);
  const shapes = new Map<string, readonly number[]>();
  for (const [set, { entries }] of Object.entries(nets))
    for (const { name, shape } of entries) shapes.set(`${set}/${name}`, shape);
  const { restorer: table, generator } = architecture;
  const record = {
    restorer: table,
    generator,
    tasks: Array.from({ length: tasks }, (_, i) => ({ name: `task ${i}`, axial: false })),
  };
  return { shapes, metadata: { format: 'mendscope', mendscope: JSON.stringify(record) } };
}

test.each(PRESET_NAMES)('%s: the networks of this program fit their own record', (preset) => {
  const { shapes, metadata } = modelOf(preset, 3);
  expect(findMismatch(shapes, metadata)).toBeUndefined();
});

test.each([
  ['as CARE does', {}],
  ['in a filter', { exit: 'filter' as const }],
  ['in a filter a task', { exit: 'filter' as const, tasks: 2 }],
])('a U-Net that ends %s fits its record, with both ends of the dial', (_, ending) => {
  const network = { kind: 'unet' as const, first: 4, kernel: 5, unit: true, ...ending };
  const { shapes: others, metadata: published } = modelOf('tiny', 2);
  const record = { ...JSON.parse(published.mendscope), restorer: network };
  const metadata = { ...published, mendscope: JSON.stringify(record) };
  const set = new ParameterSet('restorer');
  const graph = new Graph();
  declareRestoring(set, graph, network);
  const shapes = new Map([...others].filter(([name]) => name.startsWith('generator/')));
  for (const end of ['restorer', 'detail'])
    for (const { name, shape } of set.entries) shapes.set(`${end}/${name}`, shape);
  expect(findMismatch(shapes, metadata)).toBeUndefined();
  const named = [...shapes.keys()].filter((name) => name.startsWith('restorer/'));
  for (const name of named) {
    const cut = new Map(shapes);
    cut.delete(name);
    expect(findMismatch(cut, metadata)).toMatch(`${name} is missing where the layer table asks for`);
  }
  const narrow = new Map(shapes).set('detail/up1a.weight', [5, 5, 8, 8]);
  expect(findMismatch(narrow, metadata)).toBe(
    'detail/up1a.weight is [5, 5, 8, 8] where the layer table asks for [5, 5, 16, 8]',
  );
  const more = { ...record, restorer: { ...network, tasks: 3 } };
  expect(findMismatch(shapes, { ...metadata, mendscope: JSON.stringify(more) })).toBe(
    'its restorer is one of 3 tasks, and it has 2',
  );
});

test('a weight of another shape, one that is missing, another number of tasks', () => {
  const { shapes, metadata } = modelOf('tiny', 2);
  const narrow = new Map(shapes).set('restorer/block1.a.weight', [3, 3, 32, 16]);
  expect(findMismatch(narrow, metadata)).toBe(
    'restorer/block1.a.weight is [3, 3, 32, 16] where the layer table asks for [3, 3, 32, 32]',
  );
  const cut = new Map(shapes);
  cut.delete('restorer/exit.weight');
  expect(findMismatch(cut, metadata)).toBe(
    'restorer/exit.weight is missing where the layer table asks for [7, 7, 8, 1]',
  );
  expect(findMismatch(modelOf('tiny', 3).shapes, metadata)).toBe(
    'generator/enter.gamma is [3, 8] where the layer table asks for [2, 8]',
  );
  expect(findMismatch(new Map(), metadata)).toBe('it has no weights of a restorer');
});

test('a record that is none; a file of another program', () => {
  const { shapes } = modelOf('tiny', 1);
  expect(findMismatch(shapes, { format: 'mendscope', mendscope: '{' })).toMatch(/lacks the layer table/);
  expect(findMismatch(shapes, { format: 'pt' })).toBeUndefined();
});
