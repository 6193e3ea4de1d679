import { Stack, TextInput, type TextInputProps } from "@mantine/core";
import type { ReactNode } from "react";
import { JsonField } from "./json-field.tsx";

interface MetaFieldProps {
  readonly value: Readonly<Record<string, unknown>>;
  onChange(value: Readonly<Record<string, unknown>>): void;
  onValidity(fault: string | null): void;
  /** The API's. */
  readonly error: ReactNode;
  readonly isReadOnly?: boolean;
}

/** The `meta` that every main object has. */
export function MetaField({ error, ...rest }: MetaFieldProps) {
  return (
    <JsonField
      {...rest}
      label="Meta"
      description="A JSON object of your own, at most 16 kB"
      error={typeof error === "string" ? error : undefined}
    />
  );
}

interface OwnFieldsProps {
  /** Among which the external id is unique: "tools". */
  readonly plural: string;
  /** What the form has for its field. */
  readonly externalId: TextInputProps;
  readonly meta: MetaFieldProps;
  readonly isReadOnly: boolean;
}

/** What a company's own programs keep with an object. */
export function OwnFields({ plural, externalId, meta, isReadOnly }: OwnFieldsProps) {
  return (
    <Stack gap="md">
      <TextInput
        {...externalId}
        label="External id"
        description={`Your own id, unique among ${plural}`}
        readOnly={isReadOnly}
      />
      <MetaField {...meta} isReadOnly={isReadOnly} />
    </Stack>
  );
}
