import { Stack, Text } from "@mantine/core";
import { Form, type FormProps } from "./form-page.tsx";

interface ReadableFormProps<Values> extends FormProps<Values> {
  /** Why the member may not save, in a sentence; undefined where they may. The fields are read-only then. */
  readonly refusal: string | undefined;
}

/** A form of which who may not save reads the same fields. */
export function ReadableForm<Values>({ refusal, ...form }: ReadableFormProps<Values>) {
  if (refusal === undefined) return <Form {...form} />;
  return (
    <Stack maw={640}>
      <Text size="sm">{refusal}</Text>
      {form.children}
    </Stack>
  );
}
