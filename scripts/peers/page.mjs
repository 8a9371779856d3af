// The page of `npm run bench -- --peers`: every engine on the same adapter.
import { peerCases } from '../../src/bench/peers/cases';
import { compareEngines } from '../../src/bench/peers/compare';
import { Engine } from '../../src/runtime';
import { jax } from './jax.mjs';
import { onnx } from './onnx.mjs';
import { tfjs } from './tfjs.mjs';

const peers = [tfjs, onnx, jax];

async function run({ name, quick, rounds, limit, measure, engines, without }) {
  const engine = await Engine.create({ gpu: navigator.gpu, ...(measure && { measure: { milliseconds: measure } }) });
  const one = peerCases(quick).find((each) => each.name === name);
  const wanted = peers.filter(
    (peer) => (engines.length === 0 || engines.includes(peer.name)) && !without.includes(peer.name),
  );
  const there = [];
  for (const peer of wanted) {
    try {
      await globalThis.onTurn(peer.name);
      await peer.start();
      there.push(peer);
    } catch (error) {
      console.log(`${peer.name} does not start: ${error.message}`);
    }
  }
  const { gpuSeconds, onTurn } = globalThis;
  const say = (text) => console.log(text);
  const result = await compareEngines(engine, there, one, { rounds, limit, gpuSeconds, onTurn }, say);
  return { ...result, adapter: engine.adapter.name, software: engine.adapter.software };
}

Object.assign(globalThis, { mendscopeBench: run, mendscopeCases: (quick) => peerCases(quick).map(({ name }) => name) });
