/** `mendscope devices`: the adapters that WebGPU offers here. */
import type { Engine } from '../runtime';
import type { Command } from './command';
import { startEngine } from './gpu';

const USAGE = `Usage: mendscope devices [--json]

Names the WebGPU adapter that training and restoring will use, its features and limits.

JSON: {adapters: [{name, vendor, architecture, description, software, features, limits}]}
`;

export const devices: Command = {
  summary: 'name the adapters, their features and limits',
  usage: USAGE,
  options: {},
  async run(_line, context) {
    const { adapter } = await startEngine(context);
    return { json: { adapters: [adapter] }, text: describe(adapter) };
  },
};

function describe(adapter: Engine['adapter']): string {
  const limits = Object.entries(adapter.limits).map(([name, value]) => `  ${name.padEnd(44)} ${value}`);
  return [
    `${adapter.name}${adapter.software ? ' (software)' : ''}`,
    `vendor ${adapter.vendor}, architecture ${adapter.architecture}, ${adapter.description}`,
    `features: ${adapter.features.join(', ') || 'none'}`,
    'limits:',
    ...limits,
  ].join('\n');
}
