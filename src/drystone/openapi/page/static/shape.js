// What a schema comes down to, once references are followed and parts are put together.

import { isObject, schemaName } from "./document.js";

const MAX_NESTING = 8; // of `allOf` in `allOf`

/**
 * Return the shape of a schema: `schema`, with `allOf` merged and "X or null" taken apart;
 * `types`, without null; `nullable`; `options` of a choice; `name`, of the component.
 */
export function shapeOf(api, declared) {
  let name = schemaName(declared?.$ref);
  let schema = flatten(api, declared);
  let nullable = false;
  for (const keyword of ["anyOf", "oneOf"]) {
    if (!Array.isArray(schema[keyword])) continue;
    const options = schema[keyword].filter((option) => api.resolve(option)?.type !== "null");
    nullable ||= options.length < schema[keyword].length;
    const { [keyword]: _, ...outer } = schema;
    if (options.length === 1) {
      name ??= schemaName(options[0].$ref);
      schema = { ...flatten(api, options[0]), ...outer };
    } else {
      schema = { ...outer, [keyword]: options };
    }
  }
  const types = typesOf(schema);
  return {
    name,
    schema,
    nullable: nullable || types.includes("null"),
    types: types.filter((type) => type !== "null"),
    options: schema.oneOf ?? schema.anyOf ?? [],
  };
}

function flatten(api, declared, depth = 0) {
  const found = api.resolve(declared);
  if (!isObject(found)) return {};
  if (!Array.isArray(found.allOf) || depth > MAX_NESTING) return found;
  const { allOf, ...merged } = found;
  for (const part of allOf.map((one) => flatten(api, one, depth + 1))) {
    const properties = { ...part.properties, ...merged.properties };
    const required = [...(part.required ?? []), ...(merged.required ?? [])];
    Object.assign(merged, { ...part, ...merged });
    if (Object.keys(properties).length) Object.assign(merged, { properties, required });
  }
  return merged;
}

function typesOf(schema) {
  if (schema.type !== undefined) return [schema.type].flat();
  if (schema.properties || schema.additionalProperties) return ["object"];
  return schema.items || schema.prefixItems ? ["array"] : [];
}
