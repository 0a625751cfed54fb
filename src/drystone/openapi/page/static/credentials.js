// What is sent with each request: a bearer token, and header fields of one's own.
//
// Kept in the session's storage: gone with the tab, never on disk for the next visitor.

import { button, element } from "./element.js";

const STORED_AS = "drystone.docs.credentials";
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/; // field-name, RFC 9110, section 5.1
const CALLER = "X-Drystone-Caller"; // who is asking, in development
// A page may not set these (Fetch standard, "forbidden request-header"): they would be
// dropped without a word.
const FORBIDDEN =
  /^(accept-charset|accept-encoding|access-control-request-.*|connection|content-length|cookie2?|date|dnt|expect|host|keep-alive|origin|referer|te|trailer|transfer-encoding|upgrade|via|proxy-.*|sec-.*)$/i;

let kept = read();

/** Return the fields as a list of `[name, value]`. */
export function credentialFields() {
  const fields = kept.headers.filter(([name]) => name);
  return kept.token ? [["Authorization", `Bearer ${kept.token}`], ...fields] : fields;
}

/** Keep a token, beside the fields that are kept already. */
export function keepToken(token) {
  keep({ ...kept, token: token.trim() });
}

/** Let `opener` open the form, and show whether something is kept. */
export function offerCredentials(opener, api, changed) {
  const show = () => {
    const count = credentialFields().length;
    opener.textContent = count ? `Authorised (${count})` : "Authorise";
    opener.setAttribute(
      "aria-label",
      count ? `Authorisation: ${count} header fields are sent` : "Authorise requests",
    );
    opener.classList.toggle("active", count > 0);
    changed();
  };
  opener.addEventListener("click", () => openForm(api, show));
  show();
}

function openForm(api, changed) {
  const token = element("input", {
    id: "token",
    type: "password",
    autocomplete: "off",
    spellcheck: "false",
    value: kept.token,
  });
  const rows = element("div.rows");
  const fault = element("p.fault", { role: "alert" });
  const headers = kept.headers.length ? kept.headers : suggested(api).map((name) => [name, ""]);
  for (const [name, value] of headers) rows.append(row(name, value));

  const form = element(
    "form",
    { method: "dialog" },
    element("h2", { id: "credentials-title" }, "Sent with every request"),
    element("p.aside", {}, "Kept in this tab only, until it is closed."),
    element("label", { for: "token" }, "Bearer token"),
    token,
    element("h3", {}, "Header fields"),
    rows,
    button("quiet", "Add a field", () => {
      rows.append(row("", ""));
      rows.lastChild.querySelector("input").focus();
    }),
    fault,
    element(
      "div.actions",
      {},
      element("button.primary", { type: "submit" }, "Keep"),
      button("quiet", "Forget all", () => {
        keep({ token: "", headers: [] });
        dialog.close();
      }),
      button("quiet", "Cancel", () => dialog.close()),
    ),
  );
  const dialog = element("dialog.credentials", { "aria-labelledby": "credentials-title" }, form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const entered = [...rows.children].map((one) =>
      [...one.querySelectorAll("input")].map((input) => input.value.trim()),
    );
    const fields = entered.filter(([name, value]) => name && value);
    fault.textContent = faultIn(fields, token.value.trim());
    if (fault.textContent) return;
    keep({ token: token.value.trim(), headers: fields });
    dialog.close();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    changed();
  });
  addEventListener("hashchange", () => dialog.close(), { once: true });
  document.body.append(dialog);
  dialog.showModal();
}

function row(name, value) {
  const made = element(
    "div.row",
    {},
    element("input", {
      "aria-label": "Name",
      placeholder: "Name",
      value: name,
      spellcheck: "false",
      autocomplete: "off",
    }),
    element("input", {
      "aria-label": "Value",
      placeholder: name === CALLER ? "who calls, in development" : "Value",
      value,
      spellcheck: "false",
      autocomplete: "off",
    }),
    button("quiet", "×", () => made.remove(), { "aria-label": "Remove this field" }),
  );
  return made;
}

/** Names that the document asks for: keys in header fields, and the development's caller. */
function suggested(api) {
  const schemes = Object.values(api.securitySchemes).map((scheme) => api.resolve(scheme));
  const keys = schemes
    .filter((scheme) => scheme?.type === "apiKey" && scheme.in === "header")
    .map((scheme) => String(scheme.name));
  return [...new Set([...keys, CALLER])];
}

function faultIn(headers, token) {
  for (const [name, value] of [["Authorization", token], ...headers]) {
    if (!TOKEN.test(name)) return `${name} is not the name of a header field.`;
    if (FORBIDDEN.test(name)) return `Browsers let no page send ${name}.`;
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value))
      return `The value of ${name} has a character that a header field cannot hold.`;
  }
  return "";
}

function keep(credentials) {
  kept = credentials;
  try {
    sessionStorage.setItem(STORED_AS, JSON.stringify(kept));
  } catch {
    // Storage is switched off: kept until the page is left.
  }
}

function read() {
  try {
    const { token, headers } = JSON.parse(sessionStorage.getItem(STORED_AS)) ?? {};
    return {
      token: String(token ?? ""),
      headers: (headers ?? []).map(([name, value]) => [String(name), String(value)]),
    };
  } catch {
    return { token: "", headers: [] };
  }
}
