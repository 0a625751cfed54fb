// "Try it": a form for an operation, the request as a command, and the answer.

import { answerView } from "./answer_view.js";
import { bodyEditor } from "./body_editor.js";
import { credentialFields } from "./credentials.js";
import { copyButton, element } from "./element.js";
import { buildExchange, toCurl, toFetch, Unsendable } from "./exchange.js";
import { parameterFields } from "./parameter_fields.js";

/** Return the panel; `update` is to be called when the credentials are others. */
export function tryIt(api, operation) {
  const parameters = parameterFields(api, operation);
  const body = bodyEditor(api, operation);
  const answer = answerView(operation);
  const command = element("code");
  const send = element("button.primary", { type: "submit" }, "Send");
  const form = element(
    "form.request",
    { "aria-label": `Request to ${operation.title}` },
    parameters.nodes,
    body.nodes,
    element(
      "div.actions",
      {},
      send,
      element("span.aside", {}, operation.method === "get" ? "" : "This changes data."),
    ),
  );
  const read = () => buildExchange(operation, parameters.read(), body.read(), credentialFields());
  const update = () => {
    try {
      command.textContent = toCurl(read());
    } catch (error) {
      command.textContent = `# ${error.message}`;
    }
  };

  let running = null;
  const run = async () => {
    running = new AbortController();
    send.textContent = "Stop";
    answer.begin();
    try {
      const exchange = read();
      const started = performance.now();
      const response = await fetch(exchange.url, { ...toFetch(exchange), signal: running.signal });
      await answer.receive(response, started);
    } catch (error) {
      answer.fail(reason(error));
    }
    running = null;
    send.textContent = "Send";
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (running) running.abort();
    else run();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !running) form.requestSubmit();
  });
  for (const kind of ["input", "change", "click"]) form.addEventListener(kind, update);
  update();

  const node = element(
    "section.try",
    { "aria-labelledby": "try-title" },
    element("h2", { id: "try-title", tabindex: -1 }, "Try it"),
    form,
    answer.node,
    element(
      "div.command",
      {},
      element(
        "div.line",
        {},
        element("h3", {}, "As a command"),
        copyButton("Copy the command", () => command.textContent),
      ),
      element(
        "pre",
        { tabindex: 0, role: "region", "aria-label": "The request as a curl command" },
        command,
      ),
    ),
  );
  return { node, update };
}

function reason(error) {
  if (error instanceof Unsendable) return error.message;
  if (error.name === "AbortError") return "Stopped before an answer came.";
  return `No answer: ${error.message}. Is the server running?`;
}
