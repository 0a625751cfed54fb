// Where the body of a request is written: JSON and other texts, forms, and files.

import { button, element } from "./element.js";
import { faultOf, isJsonType, layOut } from "./json_text.js";
import { control, toText } from "./parameter_fields.js";
import { sample } from "./sample.js";
import { shapeOf } from "./shape.js";

const FORMS = ["application/x-www-form-urlencoded", "multipart/form-data"];

/** Return the nodes, and a function that returns `{mediaType, content}`, or null for none. */
export function bodyEditor(api, operation) {
  const declared = api.resolve(operation.source.requestBody);
  const types = Object.keys(declared?.content ?? {});
  if (!types.length || operation.method === "get" || operation.method === "head")
    return { nodes: [], read: () => null };
  const place = element("div.body");
  let editor;
  const show = (mediaType) => {
    editor = editorFor(api, operation, mediaType, api.resolve(declared.content[mediaType]));
    place.replaceChildren(...editor.nodes);
  };
  show(types[0]);
  const title = element(
    "div.line",
    {},
    element("h3", {}, "Body"),
    types.length === 1 ? element("span.type", {}, types[0]) : chooser("Media type", types, show),
  );
  return { nodes: [title, place], read: () => editor.read() };
}

function editorFor(api, operation, mediaType, media) {
  if (FORMS.includes(mediaType)) return formEditor(api, operation, mediaType, media);
  const { schema } = shapeOf(api, media.schema ?? {});
  const isText =
    isJsonType(mediaType) ||
    mediaType.startsWith("text/") ||
    /\b(xml|yaml|ndjson)\b/.test(mediaType);
  if (!isText || schema.format === "binary") return fileEditor(mediaType);
  return textEditor(api, operation, mediaType, media);
}

function textEditor(api, operation, mediaType, media) {
  const isJson = isJsonType(mediaType);
  const named = Object.entries(media.examples ?? {}).map(([name, one]) => [
    name,
    api.resolve(one)?.value,
  ]);
  const first = media.example ?? named[0]?.[1] ?? sample(api, media.schema ?? {}, "request");
  const write = (value) => (isJson ? layOut(JSON.stringify(value ?? null)) : toText(value));

  const id = `body ${operation.id}`.replaceAll(/\s/g, "_");
  const area = element("textarea", {
    id,
    spellcheck: "false",
    autocomplete: "off",
    autocapitalize: "off",
    "aria-label": "Request body",
    "aria-describedby": `${id}_fault`,
  });
  const fault = element("p.fault", { id: `${id}_fault`, role: "status" });
  const put = (text) => {
    area.value = text;
    area.rows = Math.min(Math.max(text.split("\n").length, 4), 18);
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };
  area.addEventListener("input", () => {
    const found = isJson && area.value.trim() ? faultOf(area.value) : null;
    fault.textContent = found ? `Not JSON, and sent as it is: ${found}` : "";
    area.toggleAttribute("aria-invalid", Boolean(found));
  });
  put(write(first));
  const tools = element(
    "div.tools",
    {},
    named.length > 1 &&
      chooser(
        "Example",
        named.map(([name]) => name),
        (name) => put(write(new Map(named).get(name))),
      ),
    isJson && button("quiet", "Format", () => put(layOut(area.value))),
    button("quiet", "Reset", () => put(write(first))),
  );
  return {
    nodes: [area, fault, tools],
    read: () => (area.value === "" ? null : { mediaType, content: area.value }),
  };
}

function formEditor(api, operation, mediaType, media) {
  const { schema } = shapeOf(api, media.schema ?? {});
  const required = new Set(schema.required ?? []);
  const example = media.example ?? {};
  const fields = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const { schema: inner, types } = shapeOf(api, property);
    const id = `body ${operation.id} ${name}`.replaceAll(/\s/g, "_");
    const isFile =
      inner.format === "binary" ||
      inner.contentMediaType !== undefined ||
      (types[0] === "string" && inner.contentEncoding === "binary");
    const attributes = { id, required: required.has(name) };
    const input = isFile
      ? element("input", { ...attributes, type: "file" })
      : control(
          inner,
          types,
          toText(
            example[name] ??
              (required.has(name) ? sample(api, property, "request") : inner.default),
          ),
          attributes,
        );
    return {
      name,
      input,
      node: element(
        "div.field",
        {},
        element("label", { for: id }, element("code", {}, name)),
        input,
      ),
    };
  });
  const read = () => {
    const entries = fields.flatMap(({ name, input }) =>
      (input.type === "file" ? [...input.files] : [input.value])
        .filter((value) => value !== "")
        .map((value) => [name, value]),
    );
    return { mediaType, content: entries };
  };
  return { nodes: fields.map((field) => field.node), read };
}

function fileEditor(mediaType) {
  const input = element("input", { type: "file", "aria-label": "File to send as the body" });
  return {
    nodes: [input],
    read: () => (input.files.length ? { mediaType, content: input.files[0] } : null),
  };
}

function chooser(label, names, choose) {
  const made = element(
    "select",
    { "aria-label": label },
    names.map((name) => element("option", { value: name }, name)),
  );
  made.addEventListener("change", () => choose(made.value));
  return made;
}
