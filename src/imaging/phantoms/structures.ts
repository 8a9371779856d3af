import { gaussianBlur, mapPlane } from '../filters';
import type { Plane } from '../image';
import type { Random } from '../random';
import { between, emptyPlane, maximumOf, paintEllipse, sigmoid, texture } from './fields';

/**
 * Structures that the feature network φ learns to tell apart. None of them is a structure that restoration is tested
 * on: no nuclei, no envelopes, no microtubules. Each fills a plane of any size with intensities of about 0 to 1.
 */
export const STRUCTURES = ['membranes', 'puncta', 'sarcomeres', 'dendrites', 'bacteria', 'reticulum'] as const;

export type Structure = (typeof STRUCTURES)[number];

export function structurePlane(structure: Structure, random: Random, size: number): Plane {
  return DRAW[structure](random, size);
}

const DRAW: Record<Structure, (random: Random, size: number) => Plane> = {
  membranes,
  puncta,
  sarcomeres,
  dendrites,
  bacteria,
  reticulum,
};

/** Outlines of close-packed cells: where the two nearest of a set of jittered points are equally far. */
function membranes(random: Random, size: number): Plane {
  const spacing = between(random, 16, 30);
  const width = between(random, 0.9, 1.5);
  const points = jitteredGrid(random, size, spacing, 0.45);
  const plane = emptyPlane(size, size);
  for (let row = 0; row < size; row++) {
    for (let col = 0; col < size; col++) {
      let nearest = Number.POSITIVE_INFINITY;
      let second = Number.POSITIVE_INFINITY;
      for (const { x, y } of points.near(col, row)) {
        const distance = Math.hypot(col - x, row - y);
        if (distance < nearest) {
          second = nearest;
          nearest = distance;
        } else if (distance < second) second = distance;
      }
      const fromEdge = (second - nearest) / 2;
      plane.data[row * size + col] = Math.exp(-(fromEdge ** 2) / (2 * width ** 2));
    }
  }
  return plane;
}

/** Points on a square grid of step `spacing`, moved by up to `jitter` steps; `near` gives the 5 × 5 around a place. */
function jitteredGrid(random: Random, size: number, spacing: number, jitter: number) {
  const cells = Math.ceil(size / spacing) + 6;
  const moved = (index: number) => (index - 2.5 + between(random, -jitter, jitter)) * spacing;
  const points = Array.from({ length: cells * cells }, (_, i) => ({
    x: moved(i % cells),
    y: moved(Math.floor(i / cells)),
  }));
  return {
    near(x: number, y: number): { x: number; y: number }[] {
      const column = Math.floor(x / spacing + 3);
      const row = Math.floor(y / spacing + 3);
      const found = [];
      for (let dy = -2; dy <= 2; dy++) {
        for (let dx = -2; dx <= 2; dx++) {
          const at = points[(row + dy) * cells + column + dx];
          if (at !== undefined) found.push(at);
        }
      }
      return found;
    },
  };
}

/** Clusters of diffraction-limited spots. */
function puncta(random: Random, size: number): Plane {
  const plane = emptyPlane(size, size);
  const clusters = Math.round(between(random, 6, 14) * (size / 128) ** 2) + 2;
  for (let cluster = 0; cluster < clusters; cluster++) {
    const centre = { x: between(random, 0, size), y: between(random, 0, size) };
    const spread = between(random, 4, 14);
    const spots = 4 + random.integer(14);
    for (let spot = 0; spot < spots; spot++) {
      const x = centre.x + spread * random.normal();
      const y = centre.y + spread * random.normal();
      paintSpot(plane, x, y, between(random, 0.9, 1.4), between(random, 0.3, 1));
    }
  }
  return plane;
}

/** Muscle: parallel fibres with bands across them at a regular distance. */
function sarcomeres(random: Random, size: number): Plane {
  const angle = between(random, 0, Math.PI);
  const period = between(random, 7, 12);
  const fibre = between(random, 9, 16);
  const sharpness = between(random, 3, 6);
  const phases = Array.from({ length: 64 }, () => between(random, -0.25, 0.25));
  const gains = Array.from({ length: 64 }, () => between(random, 0.5, 1));
  const start = between(random, 0, period);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return mapPlane(emptyPlane(size, size), (_, index) => {
    const x = index % size;
    const y = Math.floor(index / size);
    const along = (x * cos + y * sin + start) / period;
    const across = (y * cos - x * sin) / fibre;
    const which = Math.floor(across) & 63;
    const band = Math.exp(sharpness * (Math.cos(2 * Math.PI * (along + phases[which])) - 1));
    const gap = 1 - Math.exp(-((across - Math.floor(across)) ** 2) / 0.01);
    return gains[which] * band * gap;
  });
}

/** Branching, tapering processes that grow from a cell body. */
function dendrites(random: Random, size: number): Plane {
  const plane = emptyPlane(size, size);
  const cells = 1 + Math.round(random.integer(3) * (size / 128) ** 2);
  for (let cell = 0; cell < cells; cell++) {
    const x = between(random, 0.1, 0.9) * size;
    const y = between(random, 0.1, 0.9) * size;
    paintSpot(plane, x, y, between(random, 4, 6), 1);
    const arms = 4 + random.integer(4);
    for (let arm = 0; arm < arms; arm++) {
      const direction = (2 * Math.PI * (arm + random.uniform())) / arms;
      grow(plane, random, { x, y, direction, width: between(random, 1.8, 2.4), length: between(random, 40, 80) });
    }
  }
  return mapPlane(plane, (value) => Math.min(1, value));
}

interface Branch {
  x: number;
  y: number;
  direction: number;
  width: number;
  length: number;
}

function grow(plane: Plane, random: Random, branch: Branch): void {
  let { x, y, direction, width } = branch;
  for (let gone = 0; gone < branch.length && width > 0.8; gone++) {
    paintSpot(plane, x, y, width, 0.8, true);
    direction += 0.12 * random.normal();
    x += Math.cos(direction);
    y += Math.sin(direction);
    width -= 0.012;
    if (gone > 8 && random.uniform() < 0.03) {
      const turn = between(random, 0.4, 1) * (random.uniform() < 0.5 ? -1 : 1);
      width *= 0.85;
      grow(plane, random, { x, y, direction: direction + turn, width, length: 0.7 * (branch.length - gone) });
    }
  }
}

/** Short filled rods with round ends, in no order. */
function bacteria(random: Random, size: number): Plane {
  const plane = emptyPlane(size, size);
  const count = Math.round(between(random, 25, 60) * (size / 128) ** 2) + 3;
  const radius = between(random, 2, 3);
  for (let i = 0; i < count; i++) {
    const [x, y] = [between(random, 0, size), between(random, 0, size)];
    const half = between(random, 3, 8);
    const angle = between(random, 0, Math.PI);
    const amplitude = between(random, 0.5, 1);
    const reach = half + 2 * radius;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    paintEllipse(plane, { x, y, radius: reach, aspect: 1, angle: 0 }, 1, (index) => {
      const dx = (index % size) - x;
      const dy = Math.floor(index / size) - y;
      const past = Math.max(0, Math.abs(dx * cos + dy * sin) - half);
      const value = amplitude * sigmoid(3 * (radius - Math.hypot(past, dy * cos - dx * sin)));
      if (value > plane.data[index]) plane.data[index] = value;
    });
  }
  return plane;
}

/** A net of tubules with irregular meshes: where a smooth random field crosses one of a few levels. */
function reticulum(random: Random, size: number): Plane {
  const field = texture(random, size, size, between(random, 3.5, 5.5));
  const sd = Math.sqrt(field.data.reduce((sum, value) => sum + value * value, 0) / field.data.length);
  const width = between(random, 0.12, 0.18);
  const net = mapPlane(field, (value) => {
    const level = value / sd;
    const distance = Math.min(Math.abs(level), Math.abs(Math.abs(level) - 1.2));
    return Math.exp(-(distance ** 2) / (2 * width ** 2));
  });
  const soft = gaussianBlur(net, 0.7);
  const most = maximumOf(soft);
  return mapPlane(soft, (value) => value / most);
}

/** A Gaussian spot, added, or laid over where `over` keeps the brighter value. */
function paintSpot(plane: Plane, x: number, y: number, sigma: number, amplitude: number, over = false): void {
  paintEllipse(plane, { x, y, radius: sigma, aspect: 1, angle: 0 }, 3.5, (index, distance) => {
    const value = amplitude * Math.exp(-(distance ** 2) / 2);
    plane.data[index] = over ? Math.max(plane.data[index], value) : plane.data[index] + value;
  });
}
