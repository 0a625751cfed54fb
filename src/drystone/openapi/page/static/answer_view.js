// The answer to a request that was tried: status, time, header fields and body.

import { button, copyButton, disclosure, element, link, safeUrl } from "./element.js";
import { isJsonType, jsonBlock, layOut } from "./json_text.js";

const MAX_BYTES = 8 * 1024 * 1024; // more than anybody reads; a stream without end stops here
const TEXT_TYPE = /^text\/|\b(json|xml|yaml|javascript|ndjson|sql|graphql)\b/i;

/** Return the place where answers are shown, with `begin`, `receive` and `fail`. */
export function answerView(operation) {
  const status = element("p.status", { role: "status" });
  const content = element("div");
  const node = element("div.answer", {}, status, content);
  return {
    node,
    begin() {
      status.replaceChildren("Waiting for the answer …");
      content.replaceChildren();
    },
    async receive(answer, started) {
      const arrived = performance.now();
      const body = await readBody(answer, (text) =>
        content.replaceChildren(jsonBlock(text, "Answer so far")),
      );
      const spent = (performance.now() - started).toFixed(0);
      status.replaceChildren(...statusLine(answer, spent, (arrived - started).toFixed(0), body));
      content.replaceChildren(...parts(operation, answer, body));
    },
    fail(message) {
      status.replaceChildren(element("span.fault", {}, message));
      content.replaceChildren();
    },
  };
}

/** Read a body until its end, its limit, or until it is cancelled; events show as they come. */
async function readBody(answer, show) {
  const type = answer.headers.get("content-type") ?? "";
  const chunks = [];
  let size = 0;
  let note = "";
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (const reader = answer.body?.getReader(); reader;) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      size += value.length;
      if (type.startsWith("text/event-stream"))
        show((text += decoder.decode(value, { stream: true })));
      if (size > MAX_BYTES) {
        note = "cut off here";
        await reader.cancel();
        break;
      }
    }
  } catch (error) {
    note = error.name === "AbortError" ? "stopped" : `broke off: ${error.message}`;
  }
  return { blob: new Blob(chunks, { type }), type, size, note };
}

function statusLine(answer, spent, first, body) {
  return [
    element(
      `span.code.s${String(answer.status)[0]}`,
      {},
      `${answer.status} ${answer.statusText}`.trim(),
    ),
    ` ${spent} ms`,
    body.size > 65536 && first !== spent ? ` (first byte after ${first} ms)` : "",
    `, ${readableSize(body.size)}`,
    answer.redirected ? `, redirected to ${answer.url}` : "",
    body.note ? `, ${body.note}` : "",
  ];
}

function parts(operation, answer, body) {
  const place = element("div");
  const fields = [...answer.headers];
  showBody(operation, answer, body, place);
  const headers = disclosure("headers", `${fields.length} header fields`, () =>
    element(
      "dl",
      {},
      fields.map(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]),
    ),
  );
  return [place, headers];
}

async function showBody(operation, answer, body, place) {
  if (!body.size) {
    place.replaceChildren(element("p.aside", {}, "No body."));
    return;
  }
  const save = button("quiet", "Save", () => saveAs(body.blob, answer.url));
  if (!TEXT_TYPE.test(body.type)) {
    place.replaceChildren(
      element("p.aside", {}, `${body.type || "No media type"}, not shown.`),
      save,
    );
    return;
  }
  const text = await body.blob.text();
  const shown = isJsonType(body.type) ? layOut(text) : text;
  place.replaceChildren(
    ...problem(operation, answer, body, text),
    jsonBlock(shown, "Answer's body"),
    element(
      "div.tools",
      {},
      copyButton("Copy the answer's body", () => shown),
      save,
    ),
  );
}

/** A problem (RFC 9457) says what went wrong, and where that is explained. */
function problem(operation, answer, body, text) {
  if (!body.type.startsWith("application/problem+json")) return [];
  let told;
  try {
    told = JSON.parse(text);
  } catch {
    return [];
  }
  const type = String(told?.type ?? "about:blank");
  // Below a prefix that the application does not know, its own pages are there as well.
  const explained =
    type === "about:blank"
      ? null
      : safeUrl(/^\/(?!\/)/.test(type) ? operation.base + type : type, answer.url);
  return [
    element(
      "p.problem",
      {},
      element("strong", {}, String(told?.title ?? "Problem")),
      told?.detail && told.detail !== told.title ? `: ${told.detail}` : "",
      explained ? [" ", link(explained.href, `About ${told.code ?? "this problem"}`)] : "",
    ),
  ];
}

function saveAs(blob, address) {
  const name = new URL(address).pathname.split("/").pop() || "answer";
  const anchor = element("a", { href: URL.createObjectURL(blob), download: name });
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(anchor.href), 60_000);
}

function readableSize(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1024 * 1024
    ? `${(bytes / 1024).toFixed(1)} KiB`
    : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
