import { JsonInput, NativeSelect, NumberInput, Stack, Switch, Textarea, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useRef } from "react";
import type { Tool } from "../../api/generated/model";
import { createTool, getGetToolQueryKey, updateTool } from "../../api/generated/tools/tools";
import { askAgain } from "../../api/kept-answers.ts";
import { Fold } from "../../components/fold.tsx";
import {
  changedFields,
  JsonField,
  OwnFields,
  ReadableForm,
  useApiForm,
  useJsonFaults,
} from "../../components/form/index.ts";
import { sayDone } from "../../components/say.tsx";
import { useMe } from "../../session/session.ts";
import { AuthFields } from "./auth-fields.tsx";
import { PairsField } from "./pairs-field.tsx";
import classes from "./tool-page.module.css";
import { faultOfBody, type ToolValues, toBody, toValues } from "./values.ts";

const methods: readonly Tool["method"][] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const monospace = { input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 12 } };

/** Everything about one HTTP tool. */
export function ToolForm({ tool }: { readonly tool: Tool | undefined }) {
  const mayWrite = useMe().can("admin");
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const faults = useJsonFaults();
  const before = useRef(toValues(tool));
  const api = useApiForm({
    initialValues: before.current,
    async send(values) {
      faults.keep("body")(faultOfBody(values.body));
      faults.refuse();
      return tool === undefined
        ? await createTool(toBody(values))
        : await updateTool(tool.id, toChange(before.current, values));
    },
    onDone(saved, values) {
      before.current = { ...values, auth: { ...values.auth, secret: "" } };
      queryClient.setQueryData(getGetToolQueryKey(saved.id), saved);
      askAgain("/v1/tools");
      sayDone(`“${saved.name}” saved.`);
      if (tool === undefined) void navigate({ to: "/settings/tools/$toolId", params: { toolId: saved.id } });
      else {
        api.form.setFieldValue("auth.secret", "");
        api.form.resetDirty(before.current);
      }
    },
  });
  const { form } = api;
  const bodyFault = faultOfBody(form.values.body);
  const isFaultFolded = ["timeoutSeconds", "externalId", "meta"].some(
    (field) => form.errors[field] !== undefined,
  );
  // Asking twice changes nothing with GET, and may with all others. Who chose otherwise by hand keeps it.
  const changeMethod = (method: Tool["method"]) => {
    const { method: old, idempotent } = form.getValues();
    if (tool === undefined && idempotent === (old === "GET"))
      form.setFieldValue("idempotent", method === "GET");
    form.setFieldValue("method", method);
  };
  const shownBody = (values: ToolValues) =>
    tool === undefined ? toBody(values) : toChange(before.current, values);
  return (
    <ReadableForm
      refusal={mayWrite ? undefined : "Your role may look at tools, not change or try them."}
      api={api}
      save={tool === undefined ? "Create tool" : "Save"}
      curl={() => ({
        method: tool === undefined ? "POST" : "PATCH",
        path: tool === undefined ? "/v1/tools" : `/v1/tools/${tool.id}`,
        body: withoutSecret(
          shownBody(bodyFault === null ? form.getValues() : { ...form.getValues(), body: "" }),
        ),
      })}
    >
      <TextInput
        {...form.getInputProps("name")}
        label="Name"
        description="As the model calls it: lower case letters, digits and _"
        placeholder="get_order"
        maxLength={64}
        readOnly={!mayWrite}
        styles={monospace}
      />
      <Textarea
        {...form.getInputProps("description")}
        label="Description"
        description="Tells the model what it does and when to use it"
        autosize
        minRows={2}
        maxLength={2_000}
        readOnly={!mayWrite}
      />
      <div className={classes.request}>
        <NativeSelect
          {...form.getInputProps("method")}
          label="Method"
          data={[...methods]}
          disabled={!mayWrite}
          onChange={({ currentTarget }) => changeMethod(currentTarget.value as Tool["method"])}
        />
        <TextInput
          {...form.getInputProps("url")}
          label="URL"
          description="With {{input.…}} and {{contact.…}}; the host is written out"
          placeholder="https://shop.example.com/orders/{{input.orderId}}"
          maxLength={2_000}
          readOnly={!mayWrite}
          styles={monospace}
        />
      </div>
      <JsonField
        label="Input schema"
        description="JSON Schema of type object: what the model gives as input"
        value={form.values.inputSchema}
        onChange={(inputSchema) => form.setFieldValue("inputSchema", inputSchema)}
        onValidity={faults.keep("inputSchema")}
        isReadOnly={!mayWrite}
        error={typeof form.errors.inputSchema === "string" ? form.errors.inputSchema : undefined}
        minRows={6}
      />
      <PairsField
        label="Query"
        one="parameter"
        description="Added to the URL; one that is only a template is left out where it has no value"
        value={form.values.query}
        onChange={(query) => form.setFieldValue("query", query)}
        error={form.errors.query}
        isReadOnly={!mayWrite}
        path="query"
      />
      <PairsField
        label="Headers"
        one="header"
        description="Secrets belong into the sign-in below"
        value={form.values.headers}
        onChange={(headers) => form.setFieldValue("headers", headers)}
        error={form.errors.headers}
        isReadOnly={!mayWrite}
        path="headers"
      />
      <JsonInput
        {...form.getInputProps("body")}
        label="Body"
        description='JSON whose texts are templates, such as {"id": "{{input.orderId}}"}; empty: none'
        error={bodyFault ?? form.errors.body}
        autosize
        minRows={3}
        maxRows={20}
        readOnly={!mayWrite}
        styles={monospace}
      />
      <AuthFields form={form} hasSecret={tool?.hasSecret === true} isReadOnly={!mayWrite} />
      <Switch
        {...form.getInputProps("enabled", { type: "checkbox" })}
        label="Enabled"
        description="While it is off no agent may call it"
        disabled={!mayWrite}
      />
      <Fold label="Advanced" isHeldOpen={isFaultFolded}>
        <Stack gap="md">
          <NumberInput
            {...form.getInputProps("timeoutSeconds")}
            label="Timeout in seconds"
            description="For one attempt, 1 to 60"
            clampBehavior="none"
            hideControls
            readOnly={!mayWrite}
          />
          <Switch
            {...form.getInputProps("idempotent", { type: "checkbox" })}
            label="Idempotent"
            description="A call may be made again with the same Idempotency-Key where its answer was lost. Off, a lost answer is for a person to decide."
            disabled={!mayWrite}
          />
          <OwnFields
            plural="tools"
            externalId={form.getInputProps("externalId")}
            meta={{
              value: form.values.meta,
              onChange: (meta) => form.setFieldValue("meta", meta),
              onValidity: faults.keep("meta"),
              error: form.errors.meta,
            }}
            isReadOnly={!mayWrite}
          />
        </Stack>
      </Fold>
    </ReadableForm>
  );
}

function toChange(before: ToolValues, after: ToolValues): Partial<ReturnType<typeof toBody>> {
  return changedFields(toBody(before), toBody(after));
}

/** For showing: a secret is nothing to copy into a shell's history. */
function withoutSecret(body: Partial<ReturnType<typeof toBody>>): object {
  const { auth } = body;
  return auth !== undefined && "secret" in auth
    ? { ...body, auth: { ...auth, secret: "your secret" } }
    : body;
}
