// A schema as a tree that opens: members with their types, bounds and meaning.

import { isObject } from "./document.js";
import { disclosure, element } from "./element.js";
import { markdown } from "./markdown.js";
import { shapeOf } from "./shape.js";

const OPEN_LEVELS = 1; // deeper ones open by hand, so a schema that holds itself has an end

/** Return a whole schema: its type, and what is in it. */
export function schemaTree(api, declared, side) {
  const shape = shapeOf(api, declared);
  const about = [
    element("p.type", {}, typeLabel(api, declared)),
    constraints(api, shape.schema),
    markdown(shape.schema.description),
  ];
  return element("div.schema", {}, about, content(api, shape, side, 0));
}

/** Return the type in words, such as "array of Task or null". */
export function typeLabel(api, declared, depth = 0) {
  if (declared === true) return ["anything"];
  if (declared === false) return ["nothing"];
  const { name, schema, nullable, types, options } = shapeOf(api, declared);
  return [labelOf(), nullable ? " or null" : ""];

  function labelOf() {
    if (name) return [element("a", { href: `#schema/${encodeURIComponent(name)}` }, name)];
    if (declared?.$ref !== undefined && schema.$ref !== undefined) return [`${schema.$ref}`];
    if (options.length && !types.length && depth < 3) {
      return options.flatMap((option, at) => [at ? " | " : "", typeLabel(api, option, depth + 1)]);
    }
    const words = types.map((type) => {
      if (type !== "array")
        return schema.format && type !== "object" ? `${type} (${schema.format})` : type;
      return schema.items && depth < 3
        ? ["array of ", typeLabel(api, schema.items, depth + 1)]
        : "array";
    });
    if (!words.length) return [schema.const !== undefined || schema.enum ? "value" : "anything"];
    return words.flatMap((word, at) => [at ? " | " : "", word]);
  }
}

/** Return what bounds a value, as a list of short facts; null where nothing does. */
export function constraints(api, schema) {
  const facts = factsOf(schema);
  if (isObject(schema.items)) {
    facts.push(...factsOf(shapeOf(api, schema.items).schema).map((fact) => ["each ", fact]));
  }
  if (!facts.length) return null;
  return element(
    "ul.facts",
    {},
    facts.map((fact) => element("li", {}, fact)),
  );
}

function factsOf(schema) {
  return [
    between(schema.minLength, schema.maxLength, "characters"),
    between(schema.minimum, schema.maximum, ""),
    schema.exclusiveMinimum !== undefined && `> ${schema.exclusiveMinimum}`,
    schema.exclusiveMaximum !== undefined && `< ${schema.exclusiveMaximum}`,
    schema.multipleOf !== undefined && `multiple of ${schema.multipleOf}`,
    between(schema.minItems, schema.maxItems, "items"),
    schema.uniqueItems && "no item twice",
    between(schema.minProperties, schema.maxProperties, "members"),
    schema.pattern !== undefined && ["matches ", element("code", {}, schema.pattern)],
    schema.contentMediaType && ["holds ", element("code", {}, schema.contentMediaType)],
    schema.contentEncoding && ["coded in ", element("code", {}, schema.contentEncoding)],
    schema.const !== undefined && ["always ", value(schema.const)],
    schema.default !== undefined && ["default ", value(schema.default)],
    schema.enum && ["one of ", schema.enum.flatMap((one, at) => [at ? " " : "", value(one)])],
    schema.not !== undefined && ["not ", value(schema.not)],
  ].filter(Boolean);
}

/** Return the marks beside a name: required, deprecated, read-only, write-only. */
export function marks(schema, required, side = "request") {
  return [
    required && side === "request" && element("span.mark.required", {}, "required"),
    required && side !== "request" && element("span.mark", {}, "always there"),
    schema.deprecated && element("span.mark.deprecated", {}, "deprecated"),
    schema.readOnly && element("span.mark", {}, "read-only"),
    schema.writeOnly && element("span.mark", {}, "write-only"),
  ];
}

function content(api, shape, side, level) {
  const { schema, types, options } = shape;
  const parts = [];
  if (schema.properties) parts.push(members(api, schema, side, level));
  if (options.length) parts.push(choice(api, schema, options, side, level));
  if (isObject(schema.additionalProperties)) {
    parts.push(
      element(
        "ul.members",
        {},
        member(api, "(any other name)", schema.additionalProperties, false, side, level),
      ),
    );
  } else if (schema.additionalProperties === false && schema.properties) {
    parts.push(element("p.aside", {}, "No other members."));
  }
  for (const [pattern, inner] of Object.entries(schema.patternProperties ?? {})) {
    parts.push(element("ul.members", {}, member(api, `/${pattern}/`, inner, false, side, level)));
  }
  (schema.prefixItems ?? []).forEach((inner, at) => {
    parts.push(element("ul.members", {}, member(api, `[${at}]`, inner, false, side, level)));
  });
  if (types.includes("array") && isObject(schema.items)) {
    parts.push(...content(api, shapeOf(api, schema.items), side, level));
  }
  return parts;
}

function members(api, schema, side, level) {
  const required = new Set(schema.required ?? []);
  const shown = Object.entries(schema.properties).filter(([, property]) => {
    const one = shapeOf(api, property).schema;
    return side === "request" ? !one.readOnly : side !== "response" || !one.writeOnly;
  });
  return element(
    "ul.members",
    {},
    shown.map(([name, property]) => member(api, name, property, required.has(name), side, level)),
  );
}

function member(api, name, declared, required, side, level) {
  const shape = shapeOf(api, declared);
  const { schema } = shape;
  const title = element(
    "div.line",
    {},
    element(schema.deprecated ? "code.name.gone" : "code.name", {}, name),
    element("span.type", {}, typeLabel(api, declared)),
    marks(schema, required, side),
  );
  const inside =
    holdsMore(api, shape) &&
    disclosure("inside", `Members of ${name}`, () => content(api, shape, side, level + 1), {
      open: level + 1 < OPEN_LEVELS,
    });
  return element(
    "li.member",
    {},
    title,
    markdown(schema.description),
    constraints(api, schema),
    examplesOf(schema),
    inside,
  );
}

/** Tell whether there is something to open: members, options that have members, items. */
function holdsMore(api, { schema, options }, depth = 0) {
  if (
    schema.properties ||
    isObject(schema.additionalProperties) ||
    schema.patternProperties ||
    schema.prefixItems
  )
    return true;
  if (
    options.some(
      (option) =>
        isObject(option) && (option.$ref || holdsMore(api, shapeOf(api, option), depth + 1)),
    )
  )
    return true;
  return (
    depth < 3 && isObject(schema.items) && holdsMore(api, shapeOf(api, schema.items), depth + 1)
  );
}

function choice(api, schema, options, side, level) {
  const made = [element("p.aside", {}, schema.oneOf ? "Exactly one of:" : "One or more of:")];
  if (schema.discriminator?.propertyName) {
    made.push(
      element(
        "p.aside",
        {},
        "Told apart by ",
        element("code", {}, schema.discriminator.propertyName),
        ".",
      ),
    );
  }
  for (const option of options) {
    const shape = shapeOf(api, option);
    const label = [schemaTitle(shape), typeLabel(api, option)];
    if (!holdsMore(api, shape)) {
      made.push(
        element(
          "div.option",
          {},
          element("span.type", {}, label),
          constraints(api, shape.schema),
          markdown(shape.schema.description),
        ),
      );
    } else {
      made.push(
        disclosure("option", label, () => [
          markdown(shape.schema.description),
          constraints(api, shape.schema),
          ...content(api, shape, side, level + 1),
        ]),
      );
    }
  }
  return made;
}

function schemaTitle({ name, schema }) {
  return !name && schema.title ? `${schema.title}: ` : "";
}

function examplesOf(schema) {
  const known = schema.examples ?? (schema.example === undefined ? [] : [schema.example]);
  if (!known.length) return null;
  return element(
    "p.aside",
    {},
    "Example: ",
    known.slice(0, 3).flatMap((one, at) => [at ? ", " : "", value(one)]),
  );
}

function value(one) {
  return element("code", {}, typeof one === "string" && one !== "" ? one : JSON.stringify(one));
}

function between(least, most, unit) {
  const words = unit && ` ${unit}`;
  if (least === undefined && most === undefined) return null;
  if (least === most) return `${least}${words || " exactly"}`;
  if (most === undefined) return `≥ ${least}${words}`;
  return least === undefined ? `≤ ${most}${words}` : `${least} to ${most}${words}`;
}
