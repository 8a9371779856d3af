/** Values of a JSON Schema, and values near it: what the fuzz test sends. */
import * as fc from 'fast-check';

export interface JsonSchema {
  $ref?: string;
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  allOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  minItems?: number;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
}

export interface Context {
  schemas: Record<string, JsonSchema>;
  /** Values that exist, so that requests get past the first check: by schema name. */
  known: Record<string, unknown[]>;
}

const NASTY = [
  '',
  ' ',
  '\0',
  '../../etc/passwd',
  "' OR 1=1; --",
  '<script>alert(1)</script>',
  '\u202e\ud800',
  '%00%2e%2e%2f',
  '{{7*7}}',
  '9'.repeat(400),
  'constructor',
  '__proto__',
  'NaN',
  '-1',
];

export const nastyText = fc.constantFrom(...NASTY);

export function valuesOf(schema: JsonSchema, context: Context): fc.Arbitrary<unknown> {
  if (schema.$ref) return referenced(schema.$ref.split('/').pop() as string, context);
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((each) => valuesOf(each, context)));
  if (schema.allOf) return valuesOf(Object.assign({}, ...schema.allOf), context);
  if (schema.type === 'object' || schema.properties) return objectOf(schema, context);
  if (schema.type === 'array')
    return fc.array(valuesOf(schema.items ?? {}, context), { minLength: schema.minItems ?? 0, maxLength: 4 });
  if (schema.type === 'boolean') return fc.boolean();
  if (schema.type === 'null') return fc.constant(null);
  if (schema.type === 'number' || schema.type === 'integer')
    return fc.oneof(fc.integer({ min: schema.minimum ?? -10, max: 5000 }), fc.constantFrom(0, -1, 2 ** 53, 1e308));
  return textOf(schema);
}

function referenced(name: string, context: Context): fc.Arbitrary<unknown> {
  const any = valuesOf(context.schemas[name] ?? {}, context);
  const known = context.known[name];
  return known?.length
    ? fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: any })
    : any;
}

function objectOf({ properties = {}, required = [], additionalProperties }: JsonSchema, context: Context) {
  const fields = Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, valuesOf(each, context)]));
  const object = fc.record(fields, { requiredKeys: required });
  if (typeof additionalProperties !== 'object') return object;
  return fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), valuesOf(additionalProperties, context), {
    maxKeys: 3,
  });
}

function textOf({ pattern, minLength = 0, maxLength = 40 }: JsonSchema): fc.Arbitrary<string> {
  const plain = fc.string({ minLength: Math.min(minLength, 40), maxLength: Math.min(maxLength, 40), unit: 'grapheme' });
  const fitting = pattern ? fc.stringMatching(new RegExp(pattern, 'u')) : plain;
  return fc.oneof({ weight: 6, arbitrary: fitting }, { weight: 1, arbitrary: nastyText });
}

/** JSON near a schema: a value of it, one with a place overwritten, any JSON, or text that is none. */
export function bodyNear(schema: JsonSchema, context: Context): fc.Arbitrary<string> {
  const value = valuesOf(schema, context);
  const dented = fc
    .tuple(value, fc.string({ maxLength: 6 }), fc.jsonValue({ maxDepth: 2 }))
    .map(([object, name, dent]) => {
      if (typeof object !== 'object' || object === null) return dent;
      const keys = Object.keys(object);
      return { ...object, [keys[name.length % Math.max(keys.length, 1)] ?? name]: dent };
    });
  return fc.oneof(
    { weight: 5, arbitrary: value.map((each) => JSON.stringify(each) ?? '') },
    { weight: 3, arbitrary: dented.map((each) => JSON.stringify(each)) },
    { weight: 1, arbitrary: fc.jsonValue().map((each) => JSON.stringify(each)) },
    { weight: 1, arbitrary: fc.string() },
  );
}
