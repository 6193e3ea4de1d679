/** What the pages share: reading the link, asking the API, and showing what it says at the fields. */

const notice = document.getElementById("notice");
const form = document.getElementById("form");

/** An answer of the API that is not a success. */
class Problem extends Error {
  constructor(document) {
    super(document.detail);
    this.code = document.code;
    this.errors = document.errors ?? [];
  }
}

/** The secret of the link, or an empty string. It stands behind `#`, so that no server or proxy logs it. */
export function readToken() {
  return new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
}

/** Sends JSON and answers JSON; undefined for an empty answer. Throws a Problem for everything else. */
export async function ask(method, path, body) {
  const init = { method, headers: { accept: "application/json" } };
  if (body !== undefined) {
    init.headers["content-type"] = "application/json";
    init.body = JSON.stringify(body);
  }
  const response = await fetch(path, init).catch(() => {
    throw new Problem({ detail: "The server cannot be reached. Check the connection and try again." });
  });
  if (response.status === 204) return undefined;
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  throw new Problem({ detail: `The server answered ${response.status}.`, ...answer });
}

/** Shows a sentence above the fields. */
export function showNotice(text) {
  notice.textContent = text;
  notice.hidden = false;
}

/** Takes all errors off the form. */
export function clearErrors() {
  notice.hidden = true;
  for (const input of form.querySelectorAll("input")) showError(input, "");
}

function showError(input, text) {
  const place = document.getElementById(`${input.id}-error`);
  place.textContent = text;
  place.hidden = text === "";
  if (text === "") input.removeAttribute("aria-invalid");
  else input.setAttribute("aria-invalid", "true");
}

/** Shows a problem: each fault at its field, the rest above the fields. */
export function showProblem(problem) {
  const elsewhere = [];
  for (const { path, message } of problem.errors ?? []) {
    const input = form.elements.namedItem(path);
    if (input === null || input.closest("[hidden]") !== null) elsewhere.push(`${path} ${message}.`);
    else showError(input, `${labelOf(input)} ${message}.`);
  }
  const first = form.querySelector("[aria-invalid]");
  if (first !== null) first.focus();
  if (elsewhere.length > 0) showNotice(elsewhere.join(" "));
  else if (first === null) showNotice(problem.message);
}

function labelOf(input) {
  return form.querySelector(`label[for="${input.id}"]`).textContent;
}

/** Runs `send` when the form is sent, once at a time, and shows what goes wrong. */
export function onSubmit(send) {
  const button = document.getElementById("submit");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    clearErrors();
    try {
      await send(form.elements);
    } catch (error) {
      showProblem(error);
    } finally {
      button.removeAttribute("aria-disabled");
    }
  });
}

/** Replaces the form by what follows it, and the link by one without its secret, which is used up. */
export function showDone() {
  history.replaceState(null, "", location.pathname);
  const done = document.getElementById("done");
  form.hidden = true;
  done.hidden = false;
  done.querySelector("h1").focus();
}

/** Says that a link without a secret leads nowhere; answers true if that is so. */
export function refuseIncompleteLink(where) {
  if (readToken() !== "") return false;
  for (const part of form.querySelectorAll(".field, button, h1 + p")) part.remove();
  showNotice(`This link is incomplete. Open the whole link, as it was ${where}.`);
  return true;
}
