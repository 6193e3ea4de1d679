import { Anchor, Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { resetPassword } from "../../api/generated/sign-in/sign-in";
import { Form, useApiForm } from "../../components/form";
import { AccountFrame } from "./account-frame.tsx";
import { NewPasswordInput } from "./new-password-input.tsx";
import { useLinkSecret } from "./use-link-secret.ts";

export function ResetPasswordPage() {
  const token = useLinkSecret();
  const [isDone, setDone] = useState(false);
  if (isDone)
    return (
      <AccountFrame
        title="The password is changed"
        lead="All your sessions have ended. Sign in with the new password from now on."
      >
        <Button size="sm" renderRoot={(props) => <Link to="/sign-in" {...props} />}>
          Sign in
        </Button>
      </AccountFrame>
    );
  const another = (
    <Anchor renderRoot={(props) => <Link {...props} to="/forgot-password" />} fz="inherit">
      Ask for another link
    </Anchor>
  );
  if (token === "")
    return (
      <AccountFrame
        title="This link is incomplete"
        lead="Open the whole link, as it was mailed. A page that is loaded again needs the link again."
        foot={another}
      />
    );
  return (
    <AccountFrame
      title="Choose a new password"
      lead="It ends all your sessions, also those on other devices."
      foot={another}
    >
      <NewPasswordForm key={token} token={token} onDone={() => setDone(true)} />
    </AccountFrame>
  );
}

function NewPasswordForm({ token, onDone }: { readonly token: string; onDone(): void }) {
  const api = useApiForm({
    initialValues: { newPassword: "" },
    send: (values) => resetPassword({ token, ...values }),
    onDone,
  });
  return (
    <Form api={api} save="Save the password" isGuarded={false}>
      <NewPasswordInput {...api.form.getInputProps("newPassword")} label="New password" data-autofocus />
    </Form>
  );
}
