import { PasswordInput, Text, TextInput } from "@mantine/core";
import { acceptInvitation } from "../../api/generated/members/members";
import type { Session } from "../../api/generated/model";
import { signIn } from "../../api/generated/sign-in/sign-in";
import { ApiError } from "../../api/problem.ts";
import { Form, useApiForm } from "../../components/form";
import { NewPasswordInput } from "./new-password-input.tsx";

interface JoinProps {
  readonly token: string;
  onJoined(workspaceId: string): Promise<void>;
}

const failed = "Not joined";

export function JoinWithNewAccount({
  token,
  onJoined,
  onTaken,
}: JoinProps & { onTaken(email: string): void }) {
  const api = useApiForm({
    initialValues: { name: "", email: "", password: "" },
    async send(values) {
      try {
        const { workspaceId } = await acceptInvitation({ token, ...values });
        await onJoined(workspaceId);
      } catch (error) {
        if (error instanceof ApiError && error.code === "email_taken") onTaken(values.email);
        else throw error;
      }
    },
    onDone: () => undefined,
  });
  return (
    <Form api={api} save="Create account and join" failed={failed} isGuarded={false}>
      <TextInput
        {...api.form.getInputProps("name")}
        label="Name"
        autoComplete="name"
        maxLength={200}
        data-autofocus
      />
      <TextInput
        {...api.form.getInputProps("email")}
        label="E-mail"
        type="email"
        autoComplete="username"
        maxLength={254}
      />
      <NewPasswordInput {...api.form.getInputProps("password")} label="Password" />
    </Form>
  );
}

export function JoinWithAccount({ token, email, onJoined }: JoinProps & { readonly email: string }) {
  const api = useApiForm({
    initialValues: { email, password: "" },
    async send(values) {
      await signIn(values);
      const { workspaceId } = await acceptInvitation({ token });
      await onJoined(workspaceId);
    },
    onDone: () => undefined,
  });
  return (
    <Form api={api} save="Sign in and join" failed={failed} isGuarded={false}>
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
    </Form>
  );
}

export function JoinAsSignedIn({ token, session, onJoined }: JoinProps & { readonly session: Session }) {
  const api = useApiForm({
    initialValues: {},
    async send() {
      const { workspaceId } = await acceptInvitation({ token });
      await onJoined(workspaceId);
    },
    onDone: () => undefined,
  });
  return (
    <Form api={api} save={`Join as ${session.name}`} failed={failed} isGuarded={false}>
      <Text size="sm">
        {session.name} ({session.email})
      </Text>
    </Form>
  );
}
