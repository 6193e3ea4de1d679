import type {
  ContactMemory,
  CreateContactMemoryBody,
  UpdateContactMemoryBody,
} from "../../../../api/generated/model";
import { toInstant, toLocal } from "../../../../components/local-time.ts";
import { readValue } from "../../values/rules.ts";

/** A fact as its form has it, and as the API has it. Pure. */
export interface FactForm {
  readonly text: string;
  readonly key: string;
  /** JSON; empty: none. */
  readonly value: string;
  /** Local time in the reader's zone; empty: never. */
  readonly expiresAt: string;
}

export const emptyFact: FactForm = { text: "", key: "", value: "", expiresAt: "" };

export function toFactForm(fact: ContactMemory, timezone: string): FactForm {
  return {
    text: fact.text,
    key: fact.key ?? "",
    value: fact.value === null ? "" : JSON.stringify(fact.value),
    expiresAt: fact.expiresAt === null ? "" : toLocal(fact.expiresAt, timezone),
  };
}

/** Why the value is none, if so. */
export function valueFault({ value }: FactForm): string | undefined {
  return value.trim() === "" ? undefined : readValue("json", value).fault;
}

export function toCreateFact(form: FactForm, timezone: string): CreateContactMemoryBody {
  const { text, key, value, expiresAt } = form;
  return {
    text,
    ...(key === "" ? {} : { key }),
    ...(value.trim() === "" ? {} : { value: jsonOf(value) }),
    ...(expiresAt === "" ? {} : { expiresAt: toInstant(expiresAt, timezone) }),
  };
}

export function toUpdateFact(form: FactForm, timezone: string): UpdateContactMemoryBody {
  const { text, value, expiresAt } = form;
  return {
    text,
    value: value.trim() === "" ? null : jsonOf(value),
    expiresAt: expiresAt === "" ? null : toInstant(expiresAt, timezone),
  };
}

function jsonOf(text: string): CreateContactMemoryBody["value"] {
  return readValue("json", text).value as CreateContactMemoryBody["value"];
}

/** What makes a fact again that was deleted. */
export function toSameFact({ text, key, value, expiresAt }: ContactMemory): CreateContactMemoryBody {
  return {
    text,
    ...(key === null ? {} : { key }),
    ...(value === null ? {} : { value }),
    ...(expiresAt === null ? {} : { expiresAt }),
  };
}
