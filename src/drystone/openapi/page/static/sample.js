// An example for a schema: what the document gives, or else the simplest value that fits.

import { isObject } from "./document.js";
import { shapeOf } from "./shape.js";

const MAX_DEPTH = 6; // recursive schemas end here
const TEXTS = {
  date: "2026-01-31",
  "date-time": "2026-01-31T12:00:00Z",
  time: "12:00:00Z",
  duration: "P1D",
  email: "name@example.com",
  hostname: "example.com",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
  uri: "https://example.com/",
  "uri-reference": "/path",
  uuid: "00000000-0000-7000-8000-000000000000",
};

/**
 * Return an example of a schema.
 * `side` is "request", where read-only members are left out, or "response", where
 * write-only ones are.
 */
export function sample(api, declared, side, depth = 0) {
  const { schema, types, options } = shapeOf(api, declared);
  const known = given(schema);
  if (known !== undefined) return known;
  if (options.length && !schema.properties) return sample(api, options[0], side, depth);
  switch (types[0]) {
    case "object":
      return object(api, schema, side, depth);
    case "array":
      return depth < MAX_DEPTH && schema.items ? [sample(api, schema.items, side, depth + 1)] : [];
    case "integer":
    case "number":
      return number(schema);
    case "boolean":
      return true;
    case "string":
      return text(schema);
    default:
      return null;
  }
}

/** Return the value that a parameter, header or media type comes with, undefined where none. */
export function exampleOf(api, holder) {
  if (holder.example !== undefined) return holder.example;
  for (const named of Object.values(holder.examples ?? {})) {
    const value = api.resolve(named)?.value;
    if (value !== undefined) return value;
  }
  return holder.schema === undefined ? undefined : given(shapeOf(api, holder.schema).schema);
}

function given(schema) {
  if (schema.example !== undefined) return schema.example;
  if (schema.examples?.length) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined && schema.default !== null) return schema.default;
  return schema.enum?.[0];
}

function object(api, schema, side, depth) {
  const made = {};
  if (depth >= MAX_DEPTH) return made;
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const found = shapeOf(api, property).schema;
    if (found.deprecated || (side === "request" ? found.readOnly : found.writeOnly)) continue;
    made[name] = sample(api, property, side, depth + 1);
  }
  if (!Object.keys(made).length && isObject(schema.additionalProperties)) {
    made.name = sample(api, schema.additionalProperties, side, depth + 1);
  }
  return made;
}

function number(schema) {
  const least =
    schema.minimum ?? (schema.exclusiveMinimum !== undefined ? schema.exclusiveMinimum + 1 : 0);
  const most =
    schema.maximum ?? (schema.exclusiveMaximum !== undefined ? schema.exclusiveMaximum - 1 : least);
  const step = schema.multipleOf ?? 1;
  return Math.min(Math.ceil(least / step) * step, Math.max(most, least));
}

function text(schema) {
  const plain = TEXTS[schema.format] ?? "text";
  return plain.padEnd(schema.minLength ?? 0, "x").slice(0, schema.maxLength ?? Infinity);
}
