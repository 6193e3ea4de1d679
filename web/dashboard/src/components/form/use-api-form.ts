import { type UseFormReturnType, useForm } from "@mantine/form";
import { useEffect, useEffectEvent, useState } from "react";
import { ApiError, type FieldFault, isSessionEnd, sentenceOf } from "../../api/problem.ts";
import { useSessionEnded } from "../../api/session-end.ts";
import { mergeValues } from "./changed-fields.ts";
import { sortFaults } from "./rules.ts";

interface ApiFormOptions<Values, Result> {
  readonly initialValues: Values;
  /** `initialValues` are what is stored: where they change elsewhere the form follows, but for what was typed in it. */
  readonly isFollowing?: boolean;
  /** After it has followed, for fields that keep a text of their own. */
  onFollowed?(values: Values, before: Values): void;
  /** Sends it; whatever it throws is shown at the fields that it names. `base`: what is stored, for a PATCH. */
  send(values: Values, base: Values): Promise<Result>;
  /** After success, and after the form counts as saved: navigation is not held back. */
  onDone(result: Result, values: Values): void;
  /** The form's field for a path in the API's words, where the two differ; undefined: no field shows it. */
  fieldOf?(path: string, values: Values): string | undefined;
}

export interface ApiForm<Values> {
  readonly form: UseFormReturnType<Values>;
  /** What is stored, as far as the form knows. */
  readonly base: Values;
  readonly isSaving: boolean;
  /** What was refused and belongs to no field, in sentences. */
  readonly general: readonly string[];
  submit(): void;
  /** Shows faults that another call found in the same values. */
  show(error: unknown): void;
}

/**
 * A form whose faults are the API's own: they land at their fields in its words, the first of them gets the focus, and
 * what belongs to no field stands above the buttons.
 */
export function useApiForm<Values extends object, Result>({
  initialValues,
  isFollowing = false,
  onFollowed,
  send,
  onDone,
  fieldOf = (path) => path,
}: ApiFormOptions<Values, Result>): ApiForm<Values> {
  const form = useForm<Values>({ initialValues });
  const [base, setBase] = useState(initialValues);
  const [isSaving, setSaving] = useState(false);
  const [general, setGeneral] = useState<readonly string[]>([]);
  const [hasMissedSession, setMissedSession] = useState(false);
  const hasEnded = useSessionEnded();

  async function save(): Promise<void> {
    if (isSaving) return;
    const values = form.getValues();
    setSaving(true);
    setGeneral([]);
    form.clearErrors();
    try {
      const result = await send(values, base);
      form.resetDirty(values);
      setBase(values);
      onDone(result, values);
    } catch (error) {
      show(error);
    } finally {
      setSaving(false);
    }
  }

  function show(error: unknown): void {
    setMissedSession(isSessionEnd(error));
    const values = form.getValues();
    const faults: readonly FieldFault[] = error instanceof ApiError ? error.faults : [];
    if (faults.length === 0) {
      setGeneral([sentenceOf(error)]);
      return;
    }
    const { atFields, others } = sortFaults(faults, values, (path) => fieldOf(path, values));
    form.setErrors(atFields);
    setGeneral(others);
    focusFirst(Object.keys(atFields));
  }

  const forgetEnd = useEffectEvent(() => {
    if (hasMissedSession) setGeneral([]);
  });
  useEffect(() => {
    // Signed in again, it is no longer true.
    if (!hasEnded) forgetEnd();
  }, [hasEnded]);

  const follow = useEffectEvent((stored: string) => {
    if (!isFollowing || stored === JSON.stringify(base)) return;
    const before = form.getValues();
    const merged = mergeValues(base, before, initialValues);
    form.setValues(merged);
    form.resetDirty(initialValues);
    setBase(initialValues);
    onFollowed?.(merged, before);
  });
  const stored = JSON.stringify(initialValues);
  useEffect(() => follow(stored), [stored]);

  return { form, base, isSaving, general, submit: () => void save(), show };
}

/** The first field with a fault, in the order of the page; after the faults have been drawn. */
function focusFirst(fields: readonly string[]): void {
  requestAnimationFrame(() => {
    const marked = [...document.querySelectorAll<HTMLElement>("[data-path], [aria-invalid=true]")];
    const first = marked.find(
      (element) =>
        element.getAttribute("aria-invalid") === "true" || fields.includes(element.dataset.path ?? ""),
    );
    first?.focus();
    first?.scrollIntoView({ block: "center" });
  });
}
