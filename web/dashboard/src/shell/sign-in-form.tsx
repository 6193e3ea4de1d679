import { PasswordInput, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import type { Session } from "../api/generated/model";
import { signIn } from "../api/generated/sign-in/sign-in";
import { Form, useApiForm } from "../components/form";

interface SignInFormProps {
  /** Whose session ended; the password is then asked for first. */
  readonly email?: string;
  onSignedIn(session: Session): void;
  /** Between the fields and the button. */
  readonly children?: ReactNode;
}

/** E-mail and password, on the sign-in page and over a page whose session has ended. */
export function SignInForm({ email = "", onSignedIn, children }: SignInFormProps) {
  const api = useApiForm({
    initialValues: { email, password: "" },
    send: (values) => signIn(values),
    onDone: onSignedIn,
  });
  return (
    <Form api={api} save="Sign in" failed="Not signed in" isGuarded={false}>
      <TextInput
        {...api.form.getInputProps("email")}
        label="E-mail"
        type="email"
        autoComplete="username"
        maxLength={254}
        data-autofocus={email === "" ? true : undefined}
      />
      <PasswordInput
        {...api.form.getInputProps("password")}
        label="Password"
        autoComplete="current-password"
        maxLength={1_000}
        data-autofocus={email === "" ? undefined : true}
      />
      {children}
    </Form>
  );
}
