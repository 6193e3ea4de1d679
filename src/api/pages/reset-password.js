import { ask, onSubmit, readToken, refuseIncompleteLink, showDone } from "./form.js";

onSubmit(async ({ newPassword }) => {
  await ask("POST", "/v1/auth/reset-password", { token: readToken(), newPassword: newPassword.value });
  showDone();
});
if (!refuseIncompleteLink("mailed")) document.getElementById("newPassword").focus();
