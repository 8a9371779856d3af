export type { AdapterReport } from './adapter';
export { NoAdapterError } from './adapter';
export { type KernelChoices, whyUnusable } from './choices';
export type { Footprint, ProgramSpec } from './compile';
export { DeviceMap, type MapPart, type MapRectangle, type MapTarget } from './device_map';
export { Engine, EngineLostError, type EngineOptions } from './engine';
export { gradients } from './gradients';
export { Graph, type Normalising, type Operandish, Tensor } from './graph';
export * from './losses';
export * from './ops';
export { OutOfMemoryError } from './out_of_memory';
export {
  type AdamState,
  glorotUniform,
  heNormal,
  type Initialiser,
  normal,
  ones,
  ParameterSet,
  Scope,
  type Values,
  zeros,
} from './parameters';
export { Plan, type PlannedKernel } from './plan';
export type { Program, RunInput, RunOptions, TimedKernel } from './program';
export { normalAt, streamOf, uniformAt } from './random';
export { type Shape, ShapeError, showShape, sizeOf } from './shape';
export { MemoryPool } from './storage_memory';
export { type AdamOptions, adam, ema, type Update } from './updates';
