import { NativeSelect, PasswordInput, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import type { AuthKind, ToolValues } from "./values.ts";

interface AuthFieldsProps {
  readonly form: UseFormReturnType<ToolValues>;
  readonly hasSecret: boolean;
  readonly isReadOnly: boolean;
}

const kinds: readonly { readonly value: AuthKind; readonly label: string }[] = [
  { value: "none", label: "None" },
  { value: "bearer", label: "Bearer token" },
  { value: "basic", label: "User name and password" },
  { value: "header", label: "A header of its own" },
];
const secretLabels: Readonly<Record<AuthKind, string>> = {
  none: "",
  bearer: "Token",
  basic: "Password",
  header: "Value",
};

/** How the request says who sends it. */
export function AuthFields({ form, hasSecret, isReadOnly }: AuthFieldsProps) {
  const { kind } = form.values.auth;
  return (
    <>
      <NativeSelect
        {...form.getInputProps("auth.kind")}
        label="Sign-in"
        description="What goes into it is stored encrypted and never shown"
        data={[...kinds]}
        disabled={isReadOnly}
      />
      {kind === "basic" && (
        <TextInput
          {...form.getInputProps("auth.username")}
          label="User name"
          maxLength={200}
          readOnly={isReadOnly}
        />
      )}
      {kind === "header" && (
        <TextInput
          {...form.getInputProps("auth.headerName")}
          label="Header"
          placeholder="X-Api-Key"
          maxLength={100}
          readOnly={isReadOnly}
        />
      )}
      {kind !== "none" && !isReadOnly && (
        <PasswordInput
          {...form.getInputProps("auth.secret")}
          label={secretLabels[kind]}
          description={hasSecret ? "One is stored. Leave this empty to keep it." : undefined}
          autoComplete="off"
          maxLength={2_000}
        />
      )}
    </>
  );
}
