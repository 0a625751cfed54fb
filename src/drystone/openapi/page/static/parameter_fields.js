// The fields of a form in which the parameters of an operation are entered.
//
// A required parameter is always sent. An optional one has its example or default in the
// field beforehand and is sent when it is ticked, or as soon as something is typed: not all
// examples at once, since parameters exclude each other (`page` and `cursor`).

import { disclosure, element } from "./element.js";
import { exampleOf } from "./sample.js";
import { shapeOf } from "./shape.js";

const MAX_SHOWN_OPTIONAL = 5; // more are behind one line
const MAX_UNSEARCHED = 12; // with more, they can be searched
const PLACES = ["path", "query", "header"]; // cookies are the browser's own business

/** Return the nodes, and a function that returns what is to be sent. */
export function parameterFields(api, operation) {
  const fields = [];
  const make = (parameter) => {
    const made = field(api, operation, parameter);
    fields.push(made);
    return made.node;
  };
  const shown = operation.parameters.filter((parameter) => PLACES.includes(parameter.in));
  const required = shown.filter((parameter) => parameter.required || parameter.in === "path");
  const optional = shown.filter((parameter) => !required.includes(parameter));
  const nodes = required.map(make);
  if (optional.length > MAX_SHOWN_OPTIONAL) {
    nodes.push(
      disclosure("optional", `${optional.length} optional parameters`, () =>
        searchable(optional, make),
      ),
    );
  } else {
    nodes.push(...optional.map(make));
  }
  return { nodes, read: () => fields.map((one) => one.read()).filter((value) => value !== null) };
}

function searchable(parameters, make) {
  const rows = parameters.map((parameter) => ({
    name: parameter.name.toLowerCase(),
    node: make(parameter),
  }));
  if (rows.length <= MAX_UNSEARCHED) return rows.map((row) => row.node);
  const search = element("input", {
    type: "search",
    placeholder: "Find a parameter",
    "aria-label": "Find a parameter",
    spellcheck: "false",
    autocomplete: "off",
  });
  search.addEventListener("input", () => {
    const wanted = search.value.trim().toLowerCase();
    // What is sent stays in sight.
    for (const { name, node } of rows)
      node.hidden = !name.includes(wanted) && !node.querySelector("input:checked");
  });
  search.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  return [search, ...rows.map((row) => row.node)];
}

function field(api, operation, parameter) {
  const { schema, types } = shapeOf(api, parameter.schema ?? {});
  const required = parameter.required || parameter.in === "path";
  const id = `field ${operation.id} ${parameter.in} ${parameter.name}`.replaceAll(/\s/g, "_");
  const input = control(schema, types, toText(exampleOf(api, parameter)), {
    id,
    required,
    spellcheck: "false",
    autocomplete: "off",
  });
  const send = required
    ? null
    : element("input", { type: "checkbox", "aria-label": `Send ${parameter.name}` });
  if (send) input.addEventListener("input", () => (send.checked = true));
  const node = element(
    "div.field",
    {},
    element(
      "div.line",
      {},
      send,
      element("label", { for: id }, element("code", {}, parameter.name)),
      element("span.type", {}, parameter.in, required ? ", required" : ""),
    ),
    input,
  );
  return {
    node,
    read: () => (required || send.checked ? { parameter, schema, text: input.value } : null),
  };
}

/** Return the control that suits a schema, with `text` in it. */
export function control(schema, types, text, attributes) {
  const choices = types.includes("boolean")
    ? ["true", "false"]
    : schema.enum?.filter((one) => one !== null).map(String);
  if (choices) {
    const options = attributes.required ? choices : ["", ...choices];
    const made = element(
      "select",
      attributes,
      options.map((one) => element("option", { value: one }, one)),
    );
    made.value = options.includes(text) ? text : options[0];
    return made;
  }
  const numeric = ["integer", "number"].includes(types[0]);
  const hint =
    { array: "one, two", object: "{…}" }[types[0]] ??
    (numeric ? types[0] : schema.format) ??
    types[0] ??
    "";
  return element("input", {
    ...attributes,
    type: "text",
    inputmode: numeric ? "decimal" : null,
    value: text,
    placeholder: hint,
  });
}

/** Return an example as it is typed. */
export function toText(example) {
  if (example === undefined || example === null) return "";
  if (Array.isArray(example) && example.every((one) => typeof one !== "object"))
    return example.join(",");
  return typeof example === "object" ? JSON.stringify(example) : String(example);
}
