import type { FieldFault } from "../../../api/problem.ts";
import { scheduleFieldOf } from "../schedule/rules.ts";
import { audienceFieldOf } from "./audience-rules.ts";
import { emptyTask, type TaskForm, toChanges, type Zones } from "./rules.ts";

/** Where faults of a task are shown. Pure. */

/** The form's field for a path in the API's words. */
export function taskFieldOf(path: string, form: TaskForm): string {
  if (path === "schedule" || path.startsWith("schedule.")) return scheduleFieldOf(path, form.schedule.kind);
  if (path === "audience" || path.startsWith("audience."))
    return audienceFieldOf(path, form.audience.filter.json !== null);
  // Where the field is not shown, the choice that it belongs to is.
  if (path === "contactId" && form.whom !== "contact") return "whom";
  return path;
}

/** What only the form can see: a choice that would be sent as another, and text that is not the JSON it stands for. */
export function findLocalFaults(form: TaskForm, json: JsonFaults): readonly FieldFault[] {
  const faults: FieldFault[] = [];
  if (form.whom === "contact" && form.contactId === null)
    faults.push({
      path: "contactId",
      code: "required",
      message: "must be a contact; or choose nobody in particular",
    });
  const { filter } = form.audience;
  if (form.whom === "audience" && filter.json !== null && json.filter !== null)
    faults.push({ path: "audience.filter", code: "json_invalid", message: json.filter });
  if (json.meta !== null) faults.push({ path: "meta", code: "json_invalid", message: json.meta });
  return faults;
}

/** Why the text of a field is no JSON object; null: it is one. */
export interface JsonFaults {
  readonly filter: string | null;
  readonly meta: string | null;
}

/** Fields below "Advanced". */
const advanced = [
  "policies",
  "limits",
  "sessionDurationSeconds",
  "purpose",
  "whenBlocked",
  "endWhen",
  "expiresAt",
  "conversationId",
  "externalId",
  "meta",
];

export function isAdvanced(path: string): boolean {
  return advanced.some((field) => path === field || path.startsWith(`${field}.`));
}

/** True if anything below "Advanced" differs from the defaults: then it is not folded away at first. */
export function hasAdvanced(form: TaskForm, zones: Zones): boolean {
  return Object.keys(toChanges(emptyTask(zones), form, zones)).some(isAdvanced);
}
