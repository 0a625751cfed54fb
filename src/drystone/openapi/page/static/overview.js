// The first page: what the API is, and every operation by its group; and a schema's page.

import { element, link } from "./element.js";
import { markdown, titled } from "./markdown.js";
import { mediaView } from "./media_view.js";
import { methodBadge, pathLabel } from "./operation_view.js";

/** Return the first page. */
export function overview(api) {
  const { info } = api;
  const node = element(
    "article.overview",
    {},
    element(
      "h1",
      {},
      info.title ?? "API",
      " ",
      info.version && element("span.version", {}, info.version),
    ),
    info.summary && element("p.lead", {}, info.summary),
    markdown(info.description),
    facts(api),
    api.groups.map((group) => groupView(group)),
  );
  return { node, title: null, update() {} };
}

/** Return the page of one component. */
export function schemaPage(api, name) {
  const node = element(
    "article.component",
    {},
    element("h1", {}, name),
    mediaView(api, { "application/json": { schema: api.schemas[name] } }, null),
    usersOf(api, name),
  );
  return { node, title: name, update() {} };
}

/** Return the address of an operation on this page. */
export function operationHref(operation) {
  return `#operation/${encodeURIComponent(operation.id)}`;
}

function groupView(group) {
  return element(
    "section",
    { id: `tag/${group.name}` },
    element("h2", {}, group.about.summary ?? group.name),
    markdown(group.about.description),
    group.about.externalDocs?.url &&
      element(
        "p",
        {},
        link(group.about.externalDocs.url, group.about.externalDocs.description ?? "More on this"),
      ),
    element(
      "ul.operations",
      {},
      group.operations.map((operation) =>
        element(
          "li",
          { "data-version": operation.version },
          element(
            "a",
            { href: operationHref(operation) },
            methodBadge(operation),
            pathLabel(operation),
            element(
              operation.deprecated ? "span.title.gone" : "span.title",
              {},
              titled(operation.title),
            ),
          ),
        ),
      ),
    ),
  );
}

function facts(api) {
  const { info } = api;
  const servers = (api.content.servers ?? []).map((server) => [
    element("code", {}, String(server.url)),
    server.description && ` ${server.description}`,
  ]);
  const rows = [
    ["Requests go to", element("code", {}, api.base)],
    servers.length > 1 && ["Servers", servers.map((one, at) => [at ? ", " : "", one])],
    ["Operations", String(api.operations.length)],
    api.versions.length > 1 && ["Versions", api.versions.join(", ")],
    info.contact && ["Contact", contact(info.contact)],
    info.license && [
      "Licence",
      info.license.url ? link(info.license.url, info.license.name) : info.license.name,
    ],
    info.termsOfService && ["Terms", link(info.termsOfService, info.termsOfService)],
    api.content.externalDocs?.url && [
      "See also",
      link(
        api.content.externalDocs.url,
        api.content.externalDocs.description ?? api.content.externalDocs.url,
      ),
    ],
    ["Description", element("a", { href: api.url }, "openapi.json")],
  ].filter(Boolean);
  return element(
    "dl.facts",
    {},
    rows.map(([name, what]) => [element("dt", {}, name), element("dd", {}, what)]),
  );
}

function contact({ name, email, url }) {
  const shown = name ?? email ?? url;
  return url ? link(url, shown) : email ? link(`mailto:${email}`, shown) : shown;
}

function usersOf(api, name) {
  const reference = JSON.stringify(`#/components/schemas/${name}`);
  const users = api.operations.filter((operation) =>
    JSON.stringify(operation.source).includes(reference),
  );
  if (!users.length) return null;
  return element(
    "section",
    {},
    element("h2", {}, "Used by"),
    element(
      "ul.operations",
      {},
      users.map((operation) =>
        element(
          "li",
          {},
          element(
            "a",
            { href: operationHref(operation) },
            methodBadge(operation),
            pathLabel(operation),
            element("span.title", {}, titled(operation.title)),
          ),
        ),
      ),
    ),
  );
}
