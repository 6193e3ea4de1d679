import { Switch, TagsInput, Textarea, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useRef } from "react";
import {
  createKnowledge,
  getGetKnowledgeQueryKey,
  updateKnowledge,
} from "../../api/generated/knowledge/knowledge";
import type { CreateKnowledgeBody, Knowledge } from "../../api/generated/model";
import { askAgain } from "../../api/kept-answers.ts";
import { Fold } from "../../components/fold.tsx";
import {
  changedFields,
  OwnFields,
  ReadableForm,
  useApiForm,
  useJsonFaults,
} from "../../components/form/index.ts";
import { sayDone } from "../../components/say.tsx";
import { useMe } from "../../session/session.ts";

const longest = 100_000;

interface KnowledgeValues {
  readonly title: string;
  readonly text: string;
  readonly tags: string[];
  readonly language: string;
  readonly enabled: boolean;
  readonly externalId: string;
  readonly meta: Readonly<Record<string, unknown>>;
}

/** Title, text and what decides how it is found. */
export function KnowledgeForm({ knowledge }: { readonly knowledge: Knowledge | undefined }) {
  const mayWrite = useMe().can("write");
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const faults = useJsonFaults();
  const before = useRef(toValues(knowledge));
  const toChange = (values: KnowledgeValues) => changedFields(toBody(before.current), toBody(values));
  const api = useApiForm({
    initialValues: before.current,
    async send(values) {
      faults.refuse();
      return knowledge === undefined
        ? await createKnowledge(toBody(values))
        : await updateKnowledge(knowledge.id, toChange(values));
    },
    onDone(saved, values) {
      before.current = values;
      queryClient.setQueryData(getGetKnowledgeQueryKey(saved.id), saved);
      askAgain("/v1/knowledge");
      sayDone(`“${saved.title}” saved.`);
      if (knowledge === undefined)
        void navigate({ to: "/settings/knowledge/$knowledgeId", params: { knowledgeId: saved.id } });
    },
  });
  const { form } = api;
  const isFaultFolded = form.errors.externalId !== undefined || form.errors.meta !== undefined;
  return (
    <ReadableForm
      refusal={mayWrite ? undefined : "Your role may look at texts, not change them."}
      api={api}
      save={knowledge === undefined ? "Create text" : "Save"}
      curl={() => ({
        method: knowledge === undefined ? "POST" : "PATCH",
        path: knowledge === undefined ? "/v1/knowledge" : `/v1/knowledge/${knowledge.id}`,
        body: knowledge === undefined ? toBody(form.getValues()) : toChange(form.getValues()),
      })}
    >
      <TextInput
        {...form.getInputProps("title")}
        label="Title"
        description="Agents see it; its words count more than the text’s"
        maxLength={200}
        readOnly={!mayWrite}
      />
      <Textarea
        {...form.getInputProps("text")}
        label="Text"
        description={`${form.values.text.length.toLocaleString("en")} of ${longest.toLocaleString("en")} characters. One subject in each text is found best.`}
        autosize
        minRows={10}
        maxRows={28}
        readOnly={!mayWrite}
      />
      <TagsInput
        {...form.getInputProps("tags")}
        label="Tags"
        description="Labels for your own order"
        readOnly={!mayWrite}
      />
      <TextInput
        {...form.getInputProps("language")}
        label="Language"
        description="BCP 47, such as en or de-AT: decides how words are reduced to their stems. Empty: they are compared as they are."
        readOnly={!mayWrite}
      />
      <Switch
        {...form.getInputProps("enabled", { type: "checkbox" })}
        label="Enabled"
        description="While it is off no agent finds it"
        disabled={!mayWrite}
      />
      <Fold label="Advanced" isHeldOpen={isFaultFolded}>
        <OwnFields
          plural="texts"
          externalId={form.getInputProps("externalId")}
          meta={{
            value: form.values.meta,
            onChange: (meta) => form.setFieldValue("meta", meta),
            onValidity: faults.keep("meta"),
            error: form.errors.meta,
          }}
          isReadOnly={!mayWrite}
        />
      </Fold>
    </ReadableForm>
  );
}

function toValues(knowledge: Knowledge | undefined): KnowledgeValues {
  return {
    title: knowledge?.title ?? "",
    text: knowledge?.text ?? "",
    tags: knowledge?.tags ?? [],
    language: knowledge?.language ?? "",
    enabled: knowledge?.enabled ?? true,
    externalId: knowledge?.externalId ?? "",
    meta: knowledge?.meta ?? {},
  };
}

function toBody({ language, externalId, meta, ...rest }: KnowledgeValues): CreateKnowledgeBody {
  return {
    ...rest,
    language: language === "" ? null : language,
    externalId: externalId === "" ? null : externalId,
    meta: meta as CreateKnowledgeBody["meta"],
  };
}
