// JSON as text: laid out and coloured without being decoded.
//
// Decoding and encoding again would change it: integers past 2^53 lose digits, of equal
// keys one is lost. Here only the blanks between the tokens differ from what was sent.

import { element } from "./element.js";

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[{}[\],:]/g;
const MAX_COLOURED_CHARACTERS = 100_000; // beyond, elements would cost more than they tell
const MAX_SHOWN_CHARACTERS = 1_000_000;

/** Tell whether a media type is JSON, `+json` ones included (RFC 6839). */
export function isJsonType(mediaType) {
  return /^application\/(?:[^;\s]+\+)?json\b/i.test(mediaType);
}

/** Return valid JSON text with one member per line; any other text as it is. */
export function layOut(text) {
  if (faultOf(text) !== null) return text;
  let made = "";
  let depth = 0;
  let opened = false; // the last token was a bracket that opens
  for (const [token] of text.matchAll(TOKEN)) {
    const closes = token === "}" || token === "]";
    if (closes) depth--;
    if (opened !== closes) made += newLine(depth); // not within an empty pair
    opened = token === "{" || token === "[";
    if (opened) depth++;
    made += token;
    if (token === ",") made += newLine(depth);
    if (token === ":") made += " ";
  }
  return made;
}

/** Return what is wrong with a text as JSON, null where nothing is. */
export function faultOf(text) {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    const position = /position (\d+)/.exec(error.message);
    if (!position || /line \d+/.test(error.message)) return error.message;
    const before = text.slice(0, Number(position[1])).split("\n");
    return `${error.message} (line ${before.length}, column ${before.at(-1).length + 1})`;
  }
}

/** Return JSON text as a block with its tokens coloured. */
export function jsonBlock(text, label) {
  const shown =
    text.length > MAX_SHOWN_CHARACTERS
      ? `${text.slice(0, MAX_SHOWN_CHARACTERS)}\n… ${text.length - MAX_SHOWN_CHARACTERS} more characters`
      : text;
  const content = shown.length > MAX_COLOURED_CHARACTERS ? shown : coloured(shown);
  // In the order of the keyboard, since it scrolls.
  return element(
    "pre.json",
    { tabindex: 0, role: "region", "aria-label": label },
    element("code", {}, content),
  );
}

function coloured(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [token] = match;
    const kind = kindOf(token, text, match.index + token.length);
    if (kind === null) continue;
    nodes.push(text.slice(end, match.index), element(`span.${kind}`, {}, token));
    end = match.index + token.length;
  }
  nodes.push(text.slice(end));
  return nodes;
}

function kindOf(token, text, end) {
  if (token[0] === '"') return /^\s*:/.test(text.slice(end, end + 3)) ? "key" : "string";
  if (/^[-\d]/.test(token)) return "number";
  return /^[a-z]/.test(token) ? "literal" : null;
}

function newLine(depth) {
  return `\n${"  ".repeat(depth)}`;
}
