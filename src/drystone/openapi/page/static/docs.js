// The page: loads the document that lies beside it, and shows what the fragment names.
//
//     #                      overview           #operation/<operationId>
//     #schema/<name>         a component        #tag/<name>   the overview, at that group
//
// A view is made when it is first asked for and kept, with what was typed into it.

import { keepToken, offerCredentials, credentialFields } from "./credentials.js";
import { LoadError, loadDocument } from "./document.js";
import { element } from "./element.js";
import { navigation } from "./navigation.js";
import { operationView } from "./operation_view.js";
import { overview, schemaPage } from "./overview.js";

const DOCUMENT_URL = new URL("openapi.json", document.baseURI).href;
const main = document.getElementById("main");

async function start() {
  let api;
  try {
    api = await loadDocument(DOCUMENT_URL, Object.fromEntries(credentialFields()));
  } catch (error) {
    if (!(error instanceof LoadError)) throw error;
    main.replaceChildren(...refusal(error));
    return;
  }
  document.getElementById("brand").textContent = api.info.title ?? "API";
  const views = new Map();
  const list = navigation(document.getElementById("navigation"), api);
  let shown = null;
  const show = (moved) => {
    const hash = location.hash;
    if (!views.has(hash)) views.set(hash, viewOf(api, hash));
    shown = views.get(hash);
    main.replaceChildren(shown.node);
    document.title = [shown.title, api.info.title ?? "API"].filter(Boolean).join(" · ");
    shown.update();
    list.select(hash);
    if (!moved) return;
    closeMenu();
    main.focus({ preventScroll: true });
    const target = hash.startsWith("#tag/") && document.getElementById(decode(hash.slice(1)));
    if (target) target.scrollIntoView();
    else scrollTo(0, 0);
  };
  addEventListener("hashchange", () => show(true));
  offerCredentials(document.getElementById("credentials"), api, () => shown?.update());
  show(false);
}

function viewOf(api, hash) {
  const [, kind, name] = /^#(operation|schema)\/(.*)$/.exec(hash) ?? [];
  try {
    if (kind === "operation" && api.byId.has(decode(name)))
      return operationView(api, api.byId.get(decode(name)));
    if (kind === "schema" && Object.hasOwn(api.schemas, decode(name)))
      return schemaPage(api, decode(name));
    if (!kind) return overview(api);
    return notice(`The description has no ${kind} “${decode(name)}”.`);
  } catch (error) {
    // One part that is no OpenAPI must not take the rest with it.
    console.error(error);
    return notice(`This part of the description cannot be shown: ${error.message}`);
  }
}

function notice(text) {
  const node = element(
    "p.notice.warning",
    { role: "alert" },
    text,
    " ",
    element("a", { href: "#" }, "All operations"),
  );
  return { node, title: null, update() {} };
}

/** Why there is no document; where it wants a token, a field for one. */
function refusal(error) {
  const told = element("p.notice.warning", { role: "alert" }, error.message);
  if (error.status !== 401 && error.status !== 403) return [told];
  const token = element("input", {
    id: "document-token",
    type: "password",
    autocomplete: "off",
    required: true,
  });
  const form = element(
    "form.request",
    {},
    element("label", { for: "document-token" }, "Bearer token"),
    token,
    element("div.actions", {}, element("button.primary", { type: "submit" }, "Open")),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    keepToken(token.value);
    start();
  });
  return [told, form];
}

function closeMenu() {
  document.body.classList.remove("navigating");
  document.getElementById("menu").setAttribute("aria-expanded", "false");
}

function listenToFrame() {
  const menu = document.getElementById("menu");
  menu.addEventListener("click", () => {
    const open = document.body.classList.toggle("navigating");
    menu.setAttribute("aria-expanded", String(open));
    if (open) document.getElementById("search")?.focus({ preventScroll: true });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.body.classList.contains("navigating")) {
      closeMenu();
      menu.focus();
    }
  });
  document.getElementById("skip").addEventListener("click", (event) => {
    event.preventDefault(); // the fragment names what is shown
    main.focus();
  });
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

listenToFrame();
start();
