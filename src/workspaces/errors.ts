import { defineErrors } from "../base/errors.ts";

export const workspaceErrors = defineErrors({
  sign_in_failed: [401, "The e-mail address or the password is wrong."],
  session_required: [401, "Sign in first: this needs the session cookie of a person."],
  too_many_attempts: [429, "There were too many attempts. Try again later."],
  not_a_member: [403, "You are not a member of this workspace."],
  owner_only: [403, "Only an owner may make, change or remove owners."],
  scope_too_high: [403, "A key cannot make a key that may do more than itself."],
  last_owner: [409, "This is the last owner. Make another member an owner first."],
  already_member: [409, "This person is a member of the workspace already."],
  email_taken: [409, "There is an account with this e-mail address. Sign in and accept the invitation then."],
  invitation_accepted: [409, "The invitation was accepted already; remove the member instead."],
  invitation_invalid: [410, "There is no such invitation, or it was used, revoked or has expired."],
  invitation_other_email: [403, "The invitation is for another e-mail address than that of your account."],
  reset_token_invalid: [410, "There is no such reset link, or it was used or has expired."],
});
