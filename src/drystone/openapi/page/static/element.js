// The only place where the page makes elements.
//
// Whatever comes from the document or from an answer becomes a text node or the value of
// an attribute that cannot run anything: there is no markup from strings in these modules,
// and the page's policy (Trusted Types) has the browser refuse it as well.

// What a link may lead to. `javascript:` and `data:` are not among them.
const LINKABLE = new Set(["http:", "https:", "mailto:"]);

/**
 * Return an element.
 * `name` is a tag with classes, such as `p.notice`. Attributes that are null or false are
 * left out, true becomes an empty one. Children are nodes, texts, or lists of them; null
 * and false are skipped.
 */
export function element(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const made = document.createElement(tag);
  if (classes.length) made.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) throw new Error(`listen with addEventListener instead of ${key}`);
    if (value === null || value === undefined || value === false) continue;
    made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(
    ...children
      .flat(Infinity)
      .filter((child) => child || child === 0)
      .map(asNode),
  );
  return made;
}

/** Return a link to an address from the document, or the mere text where it is unsafe. */
export function link(address, ...children) {
  const url = safeUrl(address, document.baseURI);
  if (!url) return element("span", {}, ...children);
  const elsewhere = url.origin !== location.origin;
  return element(
    "a",
    { href: url.href, rel: elsewhere ? "noopener noreferrer" : null },
    ...children,
  );
}

/** Return the address as a URL, null where it is none that a reader may be sent to. */
export function safeUrl(address, base) {
  try {
    const url = new URL(String(address), base);
    return LINKABLE.has(url.protocol) ? url : null;
  } catch {
    return null;
  }
}

/** Return a button that calls `action`. */
export function button(name, label, action, attributes = {}) {
  const made = element(`button.${name}`, { type: "button", ...attributes }, label);
  made.addEventListener("click", action);
  return made;
}

/** Return a button that copies what `read` returns, and says so. */
export function copyButton(label, read) {
  const made = button(
    "quiet",
    "Copy",
    async () => {
      let said = "Copied";
      try {
        await navigator.clipboard.writeText(read());
      } catch {
        said = "Not allowed"; // the clipboard belongs to https and to localhost
      }
      made.textContent = said;
      setTimeout(() => (made.textContent = "Copy"), 1500);
    },
    { "aria-label": label, "aria-live": "polite" },
  );
  return made;
}

/** Return something that opens and closes; `fill` makes its content when it first opens. */
export function disclosure(name, summary, fill, { open = false } = {}) {
  const made = element(`details.${name}`, {}, element("summary", {}, summary));
  let filled = false;
  const complete = () => {
    if (filled) return;
    filled = true;
    made.append(...[fill()].flat(Infinity).filter(Boolean).map(asNode));
  };
  made.addEventListener("toggle", () => made.open && complete());
  if (open) {
    complete();
    made.open = true;
  }
  return made;
}

function asNode(child) {
  return child instanceof Node ? child : document.createTextNode(String(child));
}
