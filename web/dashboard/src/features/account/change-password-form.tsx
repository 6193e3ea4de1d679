import { PasswordInput } from "@mantine/core";
import { changePassword } from "../../api/generated/sign-in/sign-in";
import { Form, useApiForm } from "../../components/form";
import { sayDone } from "../../components/say.tsx";
import { useMe } from "../../session/session.ts";
import { NewPasswordInput } from "./new-password-input.tsx";

export function ChangePasswordForm() {
  const { email } = useMe();
  const api = useApiForm({
    initialValues: { currentPassword: "", newPassword: "" },
    send: (values) => changePassword(values),
    onDone() {
      api.form.setValues({ currentPassword: "", newPassword: "" });
      api.form.resetDirty({ currentPassword: "", newPassword: "" });
      sayDone("The password is changed.");
    },
  });
  return (
    <Form api={api} save="Change password" failed="Not changed">
      {/* Password managers learn from it whose password this is. */}
      <input type="email" value={email} autoComplete="username" readOnly hidden />
      <PasswordInput
        {...api.form.getInputProps("currentPassword")}
        label="Current password"
        autoComplete="current-password"
        maxLength={1_000}
      />
      <NewPasswordInput {...api.form.getInputProps("newPassword")} label="New password" />
    </Form>
  );
}
