// The page of one operation: what it takes, what it answers, and the form that tries it.

import { button, disclosure, element, link } from "./element.js";
import { inline, markdown, titled } from "./markdown.js";
import { mediaView } from "./media_view.js";
import { toText } from "./parameter_fields.js";
import { constraints, marks, schemaTree, typeLabel } from "./schema_view.js";
import { shapeOf } from "./shape.js";
import { tryIt } from "./try_it.js";

const PLACES = [
  ["path", "Path parameters"],
  ["query", "Query parameters"],
  ["header", "Header fields"],
  ["cookie", "Cookies"],
];

/** Return the page; `update` is to be called whenever it is shown again. */
export function operationView(api, operation) {
  const panel = operation.isWebhook ? null : tryIt(api, operation);
  const node = element(
    "article.operation",
    {},
    element(
      "div.about",
      {},
      element("p.path", {}, methodBadge(operation), " ", pathLabel(operation)),
      element("h1", {}, titled(operation.title)),
      deprecation(operation),
      markdown(operation.description),
      operation.source.externalDocs?.url &&
        element(
          "p",
          {},
          link(
            operation.source.externalDocs.url,
            operation.source.externalDocs.description ?? "More on this",
          ),
        ),
      securityView(api, operation),
      PLACES.map(([place, title]) => parametersView(api, operation, place, title)),
      bodyView(api, operation),
      responsesView(api, operation),
    ),
    panel?.node,
  );
  node.querySelector("h1").after(jumps(node));
  return { node, title: operation.title, update: () => panel?.update() };
}

/** Ways to the sections; no links, since the fragment names the operation. */
function jumps(node) {
  const titles = [...node.querySelectorAll(".about > section > h2, .try > h2")];
  return element(
    "p.jumps",
    {},
    titles.map((title) =>
      button(title.id === "try-title" ? "quiet.jump" : "quiet", title.firstChild.data, () => {
        title.tabIndex = -1;
        title.scrollIntoView();
        title.focus({ preventScroll: true });
      }),
    ),
  );
}

/** Return the method as a badge. */
export function methodBadge({ method, isWebhook }) {
  return element(
    `span.method.${method}`,
    {},
    isWebhook ? "event" : method === "delete" ? "del" : method === "options" ? "opt" : method,
  );
}

/** Return a path with its parameters marked; it may be broken after a slash. */
export function pathLabel({ path, deprecated }) {
  const parts = path.split(/(\{[^}]*\}|\/)/).filter(Boolean);
  return element(
    deprecated ? "code.address.gone" : "code.address",
    {},
    parts.map((part) =>
      part === "/"
        ? ["/", element("wbr")]
        : part[0] === "{"
          ? element("span.variable", {}, part)
          : part,
    ),
  );
}

function deprecation(operation) {
  if (!operation.deprecated) return null;
  return element(
    "p.notice.warning",
    {},
    element("strong", {}, "Deprecated."),
    " It still works, and will go.",
  );
}

function securityView(api, operation) {
  if (!operation.security.length) return null;
  const ways = operation.security.map(
    (requirement) =>
      Object.keys(requirement)
        .map((name) => {
          const scheme = api.resolve(api.securitySchemes[name]) ?? {};
          const how =
            scheme.type === "http"
              ? `${scheme.scheme} token`
              : scheme.type === "apiKey"
                ? `${scheme.in} ${scheme.name}`
                : scheme.type;
          return how ? `${name} (${how})` : name;
        })
        .join(" and ") || "none",
  );
  return element("p.aside", {}, "Authorisation: ", ways.join(", or "));
}

function parametersView(api, operation, place, title) {
  const shown = operation.parameters.filter((parameter) => parameter.in === place);
  if (!shown.length) return null;
  const families = new Map();
  for (const parameter of shown) {
    const family = parameter.name.split("[")[0];
    families.set(family, [...(families.get(family) ?? []), parameter]);
  }
  const rows = [...families.values()].map(([first, ...others]) => parameterRow(api, first, others));
  return element("section", {}, element("h2", {}, title), element("ul.members", {}, rows));
}

/** A parameter; `others` are those with its name and brackets, such as `priority[gte]`. */
function parameterRow(api, parameter, others = []) {
  const schema = parameter.schema ?? {};
  const shape = shapeOf(api, schema).schema;
  const deprecated = parameter.deprecated || shape.deprecated;
  const example =
    parameter.example ??
    Object.values(parameter.examples ?? {}).map((one) => api.resolve(one)?.value)[0];
  return element(
    "li.member",
    {},
    element(
      "div.line",
      {},
      element(deprecated ? "code.name.gone" : "code.name", {}, parameter.name),
      element("span.type", {}, typeLabel(api, schema)),
      marks({ deprecated }, parameter.required),
    ),
    markdown(parameter.description ?? shape.description),
    constraints(api, shape),
    example !== undefined &&
      element("p.aside", {}, "Example: ", element("code", {}, toText(example))),
    shape.properties && disclosure("inside", "Members", () => schemaTree(api, schema, "request")),
    parameter.content && mediaView(api, parameter.content, "request"),
    others.length > 0 &&
      disclosure(
        "inside",
        [
          "Also ",
          others.map(({ name }) => [element("code", {}, name.slice(name.indexOf("["))), " "]),
        ],
        () =>
          element(
            "ul.members",
            {},
            others.map((one) => parameterRow(api, one)),
          ),
      ),
  );
}

function bodyView(api, operation) {
  const body = api.resolve(operation.source.requestBody);
  if (!body) return null;
  return element(
    "section",
    {},
    element(
      "h2",
      {},
      "Request body ",
      body.required
        ? element("span.mark.required", {}, "required")
        : element("span.mark", {}, "optional"),
    ),
    markdown(body.description),
    mediaView(api, body.content, "request"),
  );
}

function responsesView(api, operation) {
  const responses = Object.entries(operation.source.responses ?? {});
  if (!responses.length) return null;
  const best = responses.find(([status]) => status[0] === "2")?.[0];
  return element(
    "section",
    {},
    element("h2", {}, "Answers"),
    responses.map(([status, declared]) => {
      const response = api.resolve(declared) ?? {};
      const [first, ...rest] = String(response.description ?? "")
        .trim()
        .split("\n");
      const label = [element(`span.code.s${status[0]}`, {}, status), " ", inline(first)];
      const fill = () => [
        markdown(rest.join("\n")),
        headersView(api, response.headers),
        mediaView(api, response.content, "response"),
        !response.content && !response.headers && element("p.aside", {}, "No body."),
      ];
      return disclosure("response", label, fill, { open: status === best });
    }),
  );
}

function headersView(api, headers) {
  const declared = Object.entries(headers ?? {});
  if (!declared.length) return null;
  return [
    element("h3", {}, "Header fields"),
    element(
      "ul.members",
      {},
      declared.map(([name, one]) => parameterRow(api, { ...api.resolve(one), name })),
    ),
  ];
}
