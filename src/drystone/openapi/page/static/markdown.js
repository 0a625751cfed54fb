// Descriptions as elements: the part of CommonMark that descriptions use.
//
// Paragraphs, headings, lists (one level), fenced code, `code`, **strong**, *emphasis* and
// [links](address). Left out on purpose: HTML, which stays text, images, and tables.

import { element, link } from "./element.js";

const FENCE = /^\s*(```|~~~)/;
const HEADING = /^(#{1,6})\s+(.*?)\s*#*$/;
const ITEM = /^\s{0,3}(?:([-*+])|\d{1,9}[.)])\s+(.*)$/;
// Alternatives of one text: code first, since nothing in it counts.
const INLINE =
  /(`+)(.+?)\1|\*\*(.+?)\*\*|(?<![\w*])[*_](?=\S)([^*_]+?)(?<=\S)[*_](?!\w)|\[([^\]]*)\]\(([^()\s]+)\)|\\([\\`*_[\]()#.!-])/gs;

/** Return what `text` says, as one element; null where it says nothing. */
export function markdown(text, name = "div.prose") {
  if (typeof text !== "string" || !text.trim()) return null;
  return element(name, {}, blocks(text.replace(/\r\n?/g, "\n").split("\n")));
}

/** Return a title, which is plain text but for `code`. */
export function titled(text) {
  return String(text)
    .split(/`([^`]+)`/)
    .map((part, at) => (at % 2 ? element("code", {}, part) : part));
}

/** Return the nodes of one line of text. */
export function inline(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    nodes.push(text.slice(end, match.index));
    end = match.index + match[0].length;
    const [, ticks, code, strong, emphasis, label, address, escaped] = match;
    if (ticks) nodes.push(element("code", {}, code.trim()));
    else if (strong) nodes.push(element("strong", {}, inline(strong)));
    else if (emphasis) nodes.push(element("em", {}, inline(emphasis)));
    else if (address) nodes.push(link(address, label || address));
    else nodes.push(escaped);
  }
  nodes.push(text.slice(end));
  return nodes;
}

function blocks(lines) {
  const made = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at];
    const heading = HEADING.exec(line);
    if (!line.trim()) {
      at++;
    } else if (FENCE.test(line)) {
      const end = findEnd(lines, at + 1, (next) => FENCE.test(next));
      made.push(
        element("pre", { tabindex: 0 }, element("code", {}, lines.slice(at + 1, end).join("\n"))),
      );
      at = end + 1;
    } else if (heading) {
      // Below the page's own headings, whatever level the description begins with.
      made.push(element(`h${Math.min(heading[1].length + 2, 6)}`, {}, inline(heading[2])));
      at++;
    } else if (ITEM.test(line)) {
      const end = findEnd(lines, at + 1, (next) => !next.trim());
      made.push(list(lines.slice(at, end)));
      at = end;
    } else {
      const end = findEnd(
        lines,
        at + 1,
        (next) => !next.trim() || FENCE.test(next) || ITEM.test(next) || HEADING.test(next),
      );
      made.push(element("p", {}, inline(lines.slice(at, end).join("\n"))));
      at = end;
    }
  }
  return made;
}

function list(lines) {
  const items = [];
  for (const line of lines) {
    const item = ITEM.exec(line);
    if (item) items.push(item[2]);
    else items[items.length - 1] += `\n${line.trim()}`;
  }
  const tag = ITEM.exec(lines[0])[1] ? "ul" : "ol";
  return element(
    tag,
    {},
    items.map((item) => element("li", {}, inline(item))),
  );
}

function findEnd(lines, from, ends) {
  const found = lines.findIndex((line, at) => at >= from && ends(line));
  return found === -1 ? lines.length : found;
}
