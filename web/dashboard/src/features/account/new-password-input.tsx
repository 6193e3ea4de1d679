import { PasswordInput, type PasswordInputProps } from "@mantine/core";

/** A password that is being chosen, with its rule as help. */
export function NewPasswordInput(props: PasswordInputProps) {
  return (
    <PasswordInput
      {...props}
      description="At least 10 characters"
      autoComplete="new-password"
      maxLength={128}
    />
  );
}
