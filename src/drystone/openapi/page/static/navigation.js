// The list of operations: grouped, searched, and kept in step with what is shown.

import { element } from "./element.js";
import { titled } from "./markdown.js";
import { methodBadge } from "./operation_view.js";
import { operationHref } from "./overview.js";

const MAX_OPEN = 60; // with more operations, groups open when they are needed

/** Fill `place`; return `select`, which marks the entry of an address. */
export function navigation(place, api) {
  const entries = [];
  const groups = api.groups.map((group) => {
    const items = group.operations.map((operation) => {
      const title = element(
        operation.deprecated ? "span.title.gone" : "span.title",
        {},
        titled(operation.title),
      );
      const words = [
        operation.method,
        operation.path,
        operation.title,
        operation.id,
        ...(operation.source.tags ?? []),
      ];
      return entry(
        entries,
        operationHref(operation),
        [
          methodBadge(operation),
          title,
          api.versions.length > 1 &&
            operation.version &&
            element("span.version", {}, operation.version),
        ],
        words,
        operation,
      );
    });
    return groupNode(group.about.summary ?? group.name, items, api.operations.length <= MAX_OPEN);
  });
  const schemas = Object.keys(api.schemas).map((name) =>
    entry(
      entries,
      `#schema/${encodeURIComponent(name)}`,
      [element("span.title", {}, name)],
      [name],
      {},
    ),
  );
  if (schemas.length) groups.push(groupNode("Schemas", schemas, false));

  const search = element("input", {
    type: "search",
    id: "search",
    placeholder: "Search  ( / )",
    "aria-label": "Search operations",
    autocomplete: "off",
    spellcheck: "false",
  });
  const count = element("p.count", { role: "status" });
  const version = versionChoice(api.versions);
  const opened = new Map(); // how the reader had the groups before searching
  const narrow = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const one of entries) {
      const fits = !version?.value || !one.version || one.version === version.value;
      one.node.hidden = !(fits && words.every((word) => one.text.includes(word)));
      found += one.node.hidden ? 0 : 1;
    }
    for (const group of groups) {
      if (words.length && !opened.has(group)) opened.set(group, group.open);
      if (!words.length && opened.has(group)) group.open = opened.get(group);
      group.hidden = !group.querySelector("li:not([hidden])");
      if (words.length) group.open = !group.hidden;
    }
    if (!words.length) opened.clear();
    count.textContent = words.length ? `${found || "Nothing"} found` : "";
  };
  search.addEventListener("input", narrow);
  version?.addEventListener("change", narrow);
  place.replaceChildren(
    element("div.search", {}, search, version, count),
    element("div.groups", {}, groups),
  );
  listenToKeys(place, search, narrow);
  return { select: (hash) => select(entries, hash) };
}

function entry(entries, href, label, words, { version }) {
  const anchor = element("a", { href, title: words.slice(0, 2).join(" ") }, label);
  const node = element("li", {}, anchor);
  entries.push({ node, anchor, href, version, text: words.join(" ").toLowerCase() });
  return node;
}

function groupNode(title, items, open) {
  return element(
    "details.group",
    { open },
    element("summary", {}, title, " ", element("span.number", {}, items.length)),
    element("ul", {}, items),
  );
}

function versionChoice(versions) {
  if (versions.length < 2) return null;
  return element(
    "select",
    { "aria-label": "Version of the API" },
    element("option", { value: "" }, "All versions"),
    versions.map((one) => element("option", { value: one }, `Version ${one.slice(1)}`)),
  );
}

function select(entries, hash) {
  for (const { anchor, href } of entries) {
    if (href !== hash) {
      anchor.removeAttribute("aria-current");
      continue;
    }
    anchor.setAttribute("aria-current", "page");
    anchor.closest("details").open = true;
    anchor.scrollIntoView({ block: "nearest" });
  }
}

/** `/` searches; the arrows walk through what is found; Escape gives the whole list back. */
function listenToKeys(place, search, narrow) {
  document.addEventListener("keydown", (event) => {
    const typing =
      event.target.matches("input, textarea, select") || document.querySelector("dialog[open]");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    document.body.classList.add("navigating");
    search.focus();
    search.select();
  });
  place.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target === search && search.value) {
      search.value = "";
      narrow();
      event.stopPropagation();
      return;
    }
    const shown = [...place.querySelectorAll("details[open] li:not([hidden]) a")];
    const at = shown.indexOf(event.target);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && (at !== -1 || event.target === search)) {
      event.preventDefault();
      (shown[at + step] ?? search).focus();
    } else if (event.key === "Enter" && event.target === search && search.value) {
      shown[0]?.click();
    }
  });
}
