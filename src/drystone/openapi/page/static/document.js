// The OpenAPI document: loading it, following `$ref`, and its operations as a plain list.
//
// Source: OpenAPI 3.1.1. A reference is followed within the document alone: one that leads
// elsewhere is shown as it is and never fetched.

const METHODS = ["get", "post", "put", "patch", "delete", "head", "options", "trace"];
const MAX_REFERENCES = 64; // a chain that is longer goes round in circles
const VERSION = /\/(v[0-9]+)(?:\/|$)/;

/** A document that could not be had; `status` is 0 where there was no answer. */
export class LoadError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** Fetch the document at `url`, with further header fields where it asks for them. */
export async function loadDocument(url, headers) {
  let answer;
  try {
    answer = await fetch(url, { headers: { Accept: "application/json", ...headers } });
  } catch (error) {
    throw new LoadError(`There is no answer from ${url}: ${error.message}`, 0);
  }
  if (!answer.ok)
    throw new LoadError(`${url} answered ${answer.status} ${answer.statusText}`, answer.status);
  let content;
  try {
    content = await answer.json();
  } catch (error) {
    throw new LoadError(`${url} is not JSON: ${error.message}`, answer.status);
  }
  if (!/^3\.[12]\./.test(content?.openapi)) {
    throw new LoadError(`${url} is not an OpenAPI 3.1 document.`, answer.status);
  }
  return new ApiDocument(content, url);
}

export class ApiDocument {
  constructor(content, url) {
    this.content = content;
    this.url = url;
    this.info = content.info ?? {};
    this.schemas = content.components?.schemas ?? {};
    this.securitySchemes = content.components?.securitySchemes ?? {};
    this.base = serverBase(content.servers, url);
    this.operations = [
      ...this.#collect(content.paths, false),
      ...this.#collect(content.webhooks, true),
    ];
    this.byId = new Map(this.operations.map((operation) => [operation.id, operation]));
    this.groups = this.#group();
    this.versions = [...new Set(this.operations.map((one) => one.version).filter(Boolean))].sort(
      byNumber,
    );
  }

  /**
   * Follow `$ref` until there is none. What stands beside a reference counts as well (3.1).
   * One that leads nowhere is returned as it is.
   */
  resolve(value) {
    for (let steps = 0; value?.$ref !== undefined && steps < MAX_REFERENCES; steps++) {
      const target = this.#find(value.$ref);
      if (target === undefined) break;
      const { $ref, ...beside } = value;
      value = isObject(target) && Object.keys(beside).length ? { ...target, ...beside } : target;
    }
    return value;
  }

  #find(reference) {
    if (typeof reference !== "string" || !reference.startsWith("#/")) return undefined;
    let place = this.content;
    for (const part of reference.slice(2).split("/")) {
      const key = unescapePointer(part);
      if (place === null || typeof place !== "object" || !Object.hasOwn(place, key))
        return undefined;
      place = place[key];
    }
    return place;
  }

  *#collect(paths, isWebhook) {
    for (const [path, declared] of Object.entries(paths ?? {})) {
      const item = this.resolve(declared);
      for (const method of METHODS) {
        if (!isObject(item?.[method])) continue;
        yield this.#operation(path, method, item, isWebhook);
      }
    }
  }

  #operation(path, method, item, isWebhook) {
    const source = item[method];
    return {
      id: source.operationId ?? `${method} ${path}`,
      method,
      path,
      isWebhook,
      source,
      title: source.summary || item.summary || `${method.toUpperCase()} ${path}`,
      description: source.description ?? item.description,
      deprecated: source.deprecated === true,
      tag: isWebhook ? "Webhooks" : (source.tags?.[0] ?? "Other"),
      version: isWebhook ? null : (VERSION.exec(path)?.[1] ?? null),
      parameters: this.#parameters(item, source),
      security: source.security ?? this.content.security ?? [],
      base: serverBase(source.servers ?? item.servers ?? this.content.servers, this.url),
    };
  }

  /** Parameters of the path, each replaced by one of the operation with its name and place. */
  #parameters(item, source) {
    const known = new Map();
    for (const declared of [...(item.parameters ?? []), ...(source.parameters ?? [])]) {
      const parameter = this.resolve(declared);
      if (parameter?.name) known.set(`${parameter.in} ${parameter.name}`, parameter);
    }
    return [...known.values()];
  }

  /** Operations by their first tag: declared tags in their order, then the rest. */
  #group() {
    const groups = new Map();
    for (const tag of this.content.tags ?? [])
      groups.set(tag.name, { name: tag.name, about: tag, operations: [] });
    for (const operation of this.operations) {
      if (!groups.has(operation.tag))
        groups.set(operation.tag, { name: operation.tag, about: {}, operations: [] });
      groups.get(operation.tag).operations.push(operation);
    }
    return [...groups.values()].filter((group) => group.operations.length);
  }
}

/** Return the name of the component that a reference leads to, null for any other. */
export function schemaName(reference) {
  const match = /^#\/components\/schemas\/([^/]+)$/.exec(reference ?? "");
  return match ? unescapePointer(match[1]) : null;
}

export function isObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/**
 * Return where paths begin, without a slash at the end: the first server of this origin.
 * Where none is named, or "/" as the standard has it for none, that is the place of the
 * document: an application does not know the prefix that a proxy gives it.
 */
function serverBase(servers, url) {
  for (const server of [...(servers ?? []), { url: "." }]) {
    const address = String(server.url ?? "").replace(
      /\{([^}]*)\}/g,
      (_, name) => server.variables?.[name]?.default ?? "",
    );
    if (address === "/") continue;
    try {
      const base = new URL(address, url);
      if (base.origin === new URL(url).origin)
        return base.href.replace(/[?#].*$/, "").replace(/\/+$/, "");
    } catch {
      // Not an address: the next one.
    }
  }
  return null;
}

// RFC 6901, section 4, within a fragment (section 6).
function unescapePointer(part) {
  let decoded = part;
  try {
    decoded = decodeURIComponent(part);
  } catch {
    // A stray percent sign: taken as it is.
  }
  return decoded.replaceAll("~1", "/").replaceAll("~0", "~");
}

function byNumber(left, right) {
  return Number(left.slice(1)) - Number(right.slice(1));
}
