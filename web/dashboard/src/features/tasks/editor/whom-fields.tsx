import { Checkbox } from "@mantine/core";
import type { ReactNode } from "react";
import { type ChoiceOf, Choices } from "../../../components/choices.tsx";
import { AudienceFields } from "./audience-fields.tsx";
import { ContactField } from "./contact-field.tsx";
import type { TaskForm, Whom } from "./rules.ts";

interface WhomFieldsProps {
  readonly value: Pick<TaskForm, "whom" | "contactId" | "audience" | "mayWriteTo" | "schedule">;
  onWhom(whom: Whom): void;
  onContact(contactId: string | null): void;
  onAudience(change: Partial<TaskForm["audience"]>): void;
  onMayWriteTo(choice: TaskForm["mayWriteTo"]): void;
  onJsonFault(fault: string | null): void;
  errorOf(path: string): ReactNode;
}

const choices: readonly ChoiceOf<Whom>[] = [
  { value: "nobody", label: "Nobody in particular" },
  { value: "contact", label: "One contact" },
  { value: "audience", label: "An audience" },
];

/** Whom the task is about: nobody, one contact, or everybody who matches a filter when it runs. */
export function WhomFields(props: WhomFieldsProps) {
  const { value, onWhom, onContact, onAudience, onMayWriteTo, onJsonFault, errorOf } = props;
  return (
    <>
      <Choices
        label="For whom"
        choices={choices}
        value={value.whom}
        onChange={onWhom}
        error={errorOf("whom") ?? errorOf("audience")}
        path="whom"
      />
      {value.whom === "nobody" && (
        <Checkbox
          label="It may look contacts up and write to them"
          description="Without it the agent works alone: it writes to nobody."
          checked={value.mayWriteTo === "any"}
          onChange={(event) => onMayWriteTo(event.currentTarget.checked ? "any" : "contact")}
          error={errorOf("mayWriteTo")}
          data-path="mayWriteTo"
        />
      )}
      {value.whom === "contact" && (
        <ContactField value={value.contactId} onChange={onContact} error={errorOf("contactId")} />
      )}
      {value.whom === "audience" && (
        <AudienceFields
          value={value.audience}
          isByDate={value.schedule.kind === "relative"}
          onChange={onAudience}
          errorOf={errorOf}
          onJsonFault={onJsonFault}
        />
      )}
    </>
  );
}
