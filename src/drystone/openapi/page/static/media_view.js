// What a body is: for each media type its schema and examples.

import { copyButton, disclosure, element } from "./element.js";
import { isJsonType, jsonBlock, layOut } from "./json_text.js";
import { markdown } from "./markdown.js";
import { sample } from "./sample.js";
import { schemaTree } from "./schema_view.js";

/** Return the nodes for the `content` of a body; `side` is "request" or "response". */
export function mediaView(api, content, side) {
  const types = Object.entries(content ?? {});
  return types.map(([type, declared], at) => {
    const media = api.resolve(declared) ?? {};
    const fill = () => [
      media.schema !== undefined && schemaTree(api, media.schema, side),
      exampleBlocks(api, media, type, side),
    ];
    if (types.length === 1) return [element("p.media", {}, element("code", {}, type)), fill()];
    return disclosure("media", element("code", {}, type), fill, { open: at === 0 });
  });
}

function exampleBlocks(api, media, type, side) {
  if (media.example !== undefined) return [exampleBlock("Example", media.example, type)];
  const named = Object.entries(media.examples ?? {});
  if (named.length) {
    return named.map(([name, declared], at) => {
      const example = api.resolve(declared) ?? {};
      const fill = () => [
        markdown(example.description),
        exampleBlock(example.summary ?? name, example.value, type),
      ];
      return disclosure("example", `Example: ${example.summary ?? name}`, fill, {
        open: at === 0 && named.length === 1,
      });
    });
  }
  if (media.schema === undefined || !isJsonType(type)) return [];
  return [
    disclosure("example", "Example", () =>
      exampleBlock("Example", sample(api, media.schema, side), type),
    ),
  ];
}

function exampleBlock(label, value, type) {
  const text =
    typeof value === "string" && !isJsonType(type) ? value : layOut(JSON.stringify(value ?? null));
  return element(
    "div.sample",
    {},
    element(
      "div.tools",
      {},
      copyButton(`Copy: ${label}`, () => text),
    ),
    jsonBlock(text, label),
  );
}
