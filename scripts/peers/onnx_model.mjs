// Writes ONNX models (protobuf) for ONNX Runtime Web: just the messages and ops that the comparison needs.
import { samePadding } from '../../src/bench/peers/contract';
import { outputsFirst } from './layout.mjs';

const FLOAT = 1;
const utf8 = new TextEncoder();

function varint(value) {
  const bytes = [];
  let rest = BigInt(value);
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 128 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

function joined(parts) {
  const out = new Uint8Array(parts.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const integer = (field, value) => joined([varint(field << 3), varint(value)]);
const bytes = (field, data) => joined([varint((field << 3) | 2), varint(data.length), data]);
const string = (field, value) => bytes(field, utf8.encode(value));
const message = (field, parts) => bytes(field, joined(parts));
function float(field, value) {
  return joined([varint((field << 3) | 5), new Uint8Array(Float32Array.of(value).buffer)]);
}

const tensor = (name, shape, data) => [
  ...shape.map((extent) => integer(1, extent)),
  integer(2, FLOAT),
  string(8, name),
  bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
];

// The types of an attribute: a float 1, an integer 2, a string 3, integers 7.
function attribute(name, value) {
  const head = string(1, name);
  if (Array.isArray(value)) return [head, ...value.map((each) => integer(8, each)), integer(20, 7)];
  if (typeof value === 'string') return [head, string(4, value), integer(20, 3)];
  if (Number.isInteger(value)) return [head, integer(3, value), integer(20, 2)];
  return [head, float(2, value), integer(20, 1)];
}

const node = (type, inputs, output, attributes = {}) => [
  ...inputs.map((name) => string(1, name)),
  string(2, output),
  string(3, output),
  string(4, type),
  ...Object.entries(attributes).map(([name, value]) => message(5, attribute(name, value))),
];

const valueInfo = (name, shape) => {
  const dims = shape.map((extent) => message(1, [integer(1, extent)]));
  return [string(1, name), message(2, [message(1, [integer(1, FLOAT), message(2, dims)])])];
};

const model = (nodes, tensors, [input, inputShape], [output, outputShape]) =>
  joined([
    integer(1, 8),
    message(7, [
      ...nodes.map((parts) => message(1, parts)),
      string(2, 'case'),
      ...tensors.map((parts) => message(5, parts)),
      message(11, valueInfo(input, inputShape)),
      message(12, valueInfo(output, outputShape)),
    ]),
    message(8, [string(1, ''), integer(2, 17)]),
  ]);

const convolution = (inputs, output, size, k, stride) => {
  const [before, behind] = samePadding(size, k, stride);
  const pads = [before, before, behind, behind];
  return node('Conv', inputs, output, { kernel_shape: [k, k], strides: [stride, stride], pads });
};

/** y = conv(x, w) on [N, CI, H, W]. */
export function convolutionModel({ n, size, ci, co, k, stride }, w) {
  const out = Math.ceil(size / stride);
  const weights = tensor('w', [co, ci, k, k], outputsFirst(w, [k, k, ci, co]));
  const nodes = [convolution(['image', 'w'], 'result', size, k, stride)];
  return model(nodes, [weights], ['image', [n, ci, size, size]], ['result', [n, co, out, out]]);
}

export function networkModel({ nodes, batch, side }, weights) {
  const tensors = [...weights].map(([name, { shape, data }]) =>
    shape.length === 4
      ? tensor(name, [shape[3], shape[2], shape[0], shape[1]], outputsFirst(data, shape))
      : tensor(name, shape, data),
  );
  tensors.push(tensor('twice', [4], Float32Array.of(1, 1, 2, 2)));
  const sides = new Map([['image', side]]);
  const written = nodes.map((one) => {
    const from = sides.get(one.from ?? one.of[0]);
    sides.set(one.name, one.op === 'pool' ? from / 2 : one.op === 'up' ? from * 2 : (one.side ?? from));
    return networkNode(one, from);
  });
  const image = [batch, 1, side, side];
  return model(written, tensors, ['image', image], [nodes.at(-1).name, image]);
}

function networkNode(one, side) {
  switch (one.op) {
    case 'conv': {
      const inputs = [one.from, `${one.name}.weight`, ...(one.bias ? [`${one.name}.bias`] : [])];
      return convolution(inputs, one.name, side, one.kernel, one.stride);
    }
    case 'norm': {
      const inputs = [one.from, `${one.weights}.gamma`, `${one.weights}.beta`];
      return node('InstanceNormalization', inputs, one.name, { epsilon: 1.00001e-5 });
    }
    case 'relu':
      return node('Relu', [one.from], one.name);
    case 'pool':
      return node('MaxPool', [one.from], one.name, { kernel_shape: [2, 2], strides: [2, 2] });
    case 'up': {
      const nearest = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
      return node('Resize', [one.from, '', 'twice'], one.name, nearest);
    }
    case 'concat':
      return node('Concat', one.of, one.name, { axis: 1 });
    default:
      return node('Add', one.of, one.name);
  }
}
