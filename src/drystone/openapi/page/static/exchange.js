// A request as data: from the values of a form, to `fetch`, and to a line for a shell.
//
// Parameters are written in the styles of OpenAPI 3.1.1, "Style Values". Left out on purpose:
// `label` and `matrix` in paths, which Drystone's routes do not have.

const SEPARATORS = { spaceDelimited: "%20", pipeDelimited: "|" };

/** Something in the form that cannot be sent; `message` says what. */
export class Unsendable extends Error {}

/**
 * Return `{method, url, headers, body}` for an operation.
 * `values` is a list of `{parameter, schema, text}`; `body` is null or
 * `{mediaType, content}`, where content is a text, a File, or a list of `[name, value]`
 * whose values are texts and Files; `credentials` is a list of `[name, value]`, which give
 * way to the form's own.
 */
export function buildExchange(operation, values, body, credentials) {
  const headers = new Map(credentials.map(([name, value]) => [name.toLowerCase(), [name, value]]));
  const query = [];
  let path = operation.path;
  for (const { parameter, schema, text } of values) {
    const { name } = parameter;
    if (parameter.in === "path") path = path.replace(`{${name}}`, () => pathPart(parameter, text));
    if (parameter.in === "query") query.push(...queryPairs(parameter, schema, text));
    if (parameter.in === "header") headers.set(name.toLowerCase(), [name, text]);
  }
  if (body !== null && body.mediaType !== "multipart/form-data") {
    headers.set("content-type", ["Content-Type", body.mediaType]); // multipart names its boundary itself
  }
  const url = operation.base + path + (query.length ? `?${query.join("&")}` : "");
  return { method: operation.method.toUpperCase(), url, headers: [...headers.values()], body };
}

/** Return what the second argument of `fetch` is. */
export function toFetch({ method, headers, body }) {
  const options = { method, headers: new Headers(), cache: "no-store" };
  for (const [name, value] of headers) {
    try {
      options.headers.set(name, value);
    } catch {
      throw new Unsendable(`The header ${name} cannot hold this value.`);
    }
  }
  if (body === null) return options;
  const { mediaType, content } = body;
  if (mediaType === "multipart/form-data") {
    options.body = new FormData();
    for (const [name, value] of content) options.body.append(name, value);
  } else {
    options.body = Array.isArray(content) ? new URLSearchParams(content).toString() : content;
  }
  return options;
}

/** Return the same request as a command for a POSIX shell. */
export function toCurl({ method, url, headers, body }) {
  const words = [method === "HEAD" ? "--head" : `--request ${method}`, quote(url)];
  // `Name;` is how curl writes a field without a value.
  for (const [name, value] of headers)
    words.push(`--header ${quote(value === "" ? `${name};` : `${name}: ${value}`)}`);
  if (body !== null) words.push(...curlBody(body));
  return `curl ${words.join(" \\\n  ")}`;
}

/** Return a word that a POSIX shell reads as exactly `text`. */
export function quote(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function curlBody({ mediaType, content }) {
  if (mediaType === "multipart/form-data") {
    // Not `--form` for texts: it would read a value that begins with @ or < from a file.
    return content.map(([name, value]) =>
      value instanceof File
        ? `--form ${quote(`${name}=@"${value.name.replace(/["\\]/g, "\\$&")}"`)}`
        : `--form-string ${quote(`${name}=${value}`)}`,
    );
  }
  if (content instanceof File) return [`--data-binary ${quote(`@${content.name}`)}`];
  return [
    `--data-raw ${quote(Array.isArray(content) ? new URLSearchParams(content).toString() : content)}`,
  ];
}

function pathPart(parameter, text) {
  // OpenAPI 3.1 has no word for a parameter that takes the rest of a path.
  const segments = parameter["x-drystone-slashes"] ? text.split("/") : [text];
  for (const segment of segments) {
    // Browsers and curl take these as steps within the path, even when escaped.
    if (segment === "." || segment === "..")
      throw new Unsendable(`${parameter.name} cannot be ${segment} in an address.`);
  }
  return segments.map(encodeURIComponent).join("/");
}

function queryPairs(parameter, schema, text) {
  const { name, style = "form" } = parameter;
  const explode = parameter.explode ?? style === "form";
  const structured = parameter.content ? null : parseStructured(schema, text);
  if (Array.isArray(structured) && explode) return structured.map((one) => pair(name, one));
  if (Array.isArray(structured) && SEPARATORS[style]) {
    return [`${encode(name)}=${structured.map(encode).join(SEPARATORS[style])}`];
  }
  if (Array.isArray(structured)) {
    // In one value; as typed, where it was typed with commas, since its quotes count.
    const written = parseJson(text) === null ? text : structured.map(quoteItem).join(",");
    return [`${encode(name)}=${encode(written).replaceAll("%2C", ",")}`];
  }
  if (structured !== null) {
    const members = Object.entries(structured);
    if (style === "deepObject")
      return members.map(([key, value]) => pair(`${name}[${key}]`, value));
    if (explode) return members.map(([key, value]) => pair(key, value));
    return [`${encode(name)}=${members.flat().map(encode).join(",")}`];
  }
  return [`${encode(name)}=${encode(text).replaceAll("%2C", ",")}`];
}

/**
 * Return the list or object that a text stands for, null where it is to be sent as it is.
 * A list may be written as JSON, or with commas.
 */
function parseStructured(schema, text) {
  const types = [schema?.type].flat();
  if (types.includes("array")) {
    const decoded = parseJson(text);
    return Array.isArray(decoded) ? decoded : splitList(text);
  }
  if (!types.includes("object")) return null;
  const decoded = parseJson(text);
  return decoded !== null && typeof decoded === "object" ? decoded : null;
}

function splitList(text) {
  const items = text.match(/"(?:[^"]|"")*"|[^,]+/g) ?? [];
  return items.map((item) => item.trim());
}

/** An item of a list in one value: quoted as in CSV where it holds a comma or a quote. */
function quoteItem(item) {
  const text = String(item);
  return /[,"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function pair(name, value) {
  return `${encode(name)}=${encode(value)}`;
}

function encode(value) {
  return encodeURIComponent(
    value !== null && typeof value === "object" ? JSON.stringify(value) : String(value),
  );
}
