import { ask, clearErrors, onSubmit, readToken, refuseIncompleteLink, showDone, showNotice } from "./form.js";

const texts = {
  fresh: {
    lead: "Make your account. It makes you a member of the workspace that the link is for.",
    submit: "Create account and join",
    other: "I have an account already",
    autocomplete: "new-password",
  },
  existing: {
    lead: "Sign in. Your account becomes a member of the workspace that the link is for.",
    submit: "Sign in and join",
    other: "I have no account yet",
    autocomplete: "current-password",
  },
};

let mode = "fresh";

function element(id) {
  return document.getElementById(id);
}

/** Shows the form for a new account (`fresh`) or for one that is there (`existing`). */
function setMode(wanted) {
  mode = wanted;
  const { lead, submit, other, autocomplete } = texts[mode];
  clearErrors();
  element("lead").textContent = lead;
  element("submit").textContent = submit;
  element("switch").textContent = other;
  element("password").autocomplete = autocomplete;
  element("name-field").hidden = mode === "existing";
  element("password-help").hidden = mode === "existing";
}

async function accept({ name, email, password }) {
  const token = readToken();
  const person = { email: email.value, password: password.value };
  if (mode === "fresh")
    return await ask("POST", "/v1/invitations/accept", { token, name: name.value, ...person });
  await ask("POST", "/v1/auth/sign-in", person);
  return await ask("POST", "/v1/invitations/accept", { token });
}

async function join(fields) {
  let accepted;
  try {
    accepted = await accept(fields);
  } catch (error) {
    if (error.code !== "email_taken") throw error;
    setMode("existing");
    showNotice("There is an account with this e-mail address. Sign in with its password to join.");
    fields.namedItem("password").select();
    return;
  }
  const session = await ask("GET", "/v1/auth/session");
  const { workspaceName, role } = session.memberships.find(
    ({ workspaceId }) => workspaceId === accepted.workspaceId,
  );
  element("who").textContent =
    `${session.name} (${session.email}) is now ${role} of the workspace “${workspaceName}”.`;
  showDone();
}

element("switch").addEventListener("click", () => {
  setMode(mode === "fresh" ? "existing" : "fresh");
  element(mode === "fresh" ? "name" : "email").focus();
});
onSubmit(join);
if (!refuseIncompleteLink("printed or mailed")) element("name").focus();
