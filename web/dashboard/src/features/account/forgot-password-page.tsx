import { Anchor, TextInput } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { requestPasswordReset } from "../../api/generated/sign-in/sign-in";
import { Form, useApiForm } from "../../components/form";
import { AccountFrame } from "./account-frame.tsx";

export function ForgotPasswordPage() {
  const [isSent, setSent] = useState(false);
  const toSignIn = (
    <Anchor renderRoot={(props) => <Link {...props} to="/sign-in" />} fz="inherit">
      Back to signing in
    </Anchor>
  );
  // Strangers must not learn which addresses have an account, nor how this server is set up.
  if (isSent)
    return (
      <AccountFrame
        title="Look for the link"
        lead="If there is an account with this address, a link is on its way. Without a mail server the link is in the server's log."
        foot={toSignIn}
      />
    );
  return (
    <AccountFrame
      title="Forgot the password?"
      lead="A link for a new password is mailed to you. It works once, within an hour."
      foot={toSignIn}
    >
      <ResetRequestForm onSent={() => setSent(true)} />
    </AccountFrame>
  );
}

function ResetRequestForm({ onSent }: { onSent(): void }) {
  const api = useApiForm({
    initialValues: { email: "" },
    send: (values) => requestPasswordReset(values),
    onDone: onSent,
  });
  return (
    <Form api={api} save="Send the link" failed="Not sent" isGuarded={false}>
      <TextInput
        {...api.form.getInputProps("email")}
        label="E-mail"
        type="email"
        autoComplete="username"
        maxLength={254}
        data-autofocus
      />
    </Form>
  );
}
