import { Anchor, Group, Stack, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { Choices } from "../../../components/choices.tsx";
import { Fold } from "../../../components/fold.tsx";
import { sortFaults } from "../../../components/form/rules.ts";
import { TimezoneSelect } from "../../../components/pickers/timezone-select.tsx";
import { useTimezone } from "../../../session/session.ts";
import { BoundsFields } from "./bounds-fields.tsx";
import { KindFields } from "./kind-fields.tsx";
import {
  hasBounds,
  isFilledIn,
  type Kind,
  kinds,
  type ScheduleForm,
  scheduleFieldOf,
  toSchedule,
} from "./rules.ts";
import classes from "./schedule.module.css";
import { SchedulePreview } from "./schedule-preview.tsx";
import { useSchedulePreview } from "./use-schedule-preview.ts";

interface ScheduleEditorProps {
  readonly value: ScheduleForm;
  onChange(change: Partial<ScheduleForm>): void;
  /** What saving said of a field, by its path in the form. */
  errorOf(path: string): ReactNode;
  readonly workspaceZone: string;
}

const words: Readonly<Record<Kind, string>> = {
  none: "Only on demand",
  once: "Once",
  hourly: "Hourly",
  daily: "Daily",
  weekly: "Weekly",
  monthly: "Monthly",
  every: "At an interval",
  cron: "Cron",
  relative: "By a contact's date",
};

const choices = kinds.map((kind) => ({ value: kind, label: words[kind] }));

const bounds = ["startsAt", "endsAt", "maxRuns", "jitterSeconds"];

/** When a task runs: plain choices, the fields of the chosen one, and below what it means. */
export function ScheduleEditor({ value, onChange, errorOf, workspaceZone }: ScheduleEditorProps) {
  const reader = useTimezone();
  const [exampleDate, setExampleDate] = useState("");
  const preview = useSchedulePreview(isFilledIn(value) ? toSchedule(value) : null, exampleDate);
  const { atFields, others } = sortFaults(
    preview.faults,
    { schedule: value, attributeValue: exampleDate },
    (path) => scheduleFieldOf(path, value.kind),
  );
  const faultOf = (path: string) => atFields[path] ?? errorOf(path);
  const isFaultFolded = bounds.some((name) => faultOf(`schedule.${name}`));
  const kindFault = faultOf("schedule.kind") ?? others[0];
  const zone = (
    <TimezoneSelect
      label="Time zone"
      description={
        <ZoneHelp value={value} workspaceZone={workspaceZone} reader={reader} onChange={onChange} />
      }
      required={value.kind !== "every"}
      isClearable={value.kind === "every"}
      placeholder="UTC"
      value={value.timezone}
      onChange={(timezone) => onChange({ timezone })}
      error={faultOf("schedule.timezone")}
    />
  );
  return (
    <Stack gap="md" className={classes.editor}>
      <Choices
        label="When it runs"
        choices={choices}
        value={value.kind}
        onChange={(kind) => onChange({ kind })}
        error={kindFault}
        path="schedule.kind"
      />
      <KindFields value={value} onChange={onChange} errorOf={faultOf} />
      {value.kind !== "none" && zone}
      {value.kind !== "none" && (
        <Fold
          label={value.kind === "once" ? "Spread" : "Start, end and spread"}
          isOpenAtFirst={hasBounds(value)}
          isHeldOpen={isFaultFolded}
        >
          <Stack gap="md">
            <BoundsFields value={value} onChange={onChange} errorOf={faultOf} />
          </Stack>
        </Fold>
      )}
      <div className={classes.beside}>
        <SchedulePreview
          value={value}
          preview={preview}
          exampleDate={exampleDate}
          exampleFault={atFields.attributeValue}
          onExampleDate={setExampleDate}
        />
      </div>
    </Stack>
  );
}

interface ZoneHelpProps {
  readonly value: ScheduleForm;
  readonly workspaceZone: string;
  readonly reader: string;
  onChange(change: Partial<ScheduleForm>): void;
}

/** Says where the preset comes from, and what else one may mean. */
function ZoneHelp({ value, workspaceZone, reader, onChange }: ZoneHelpProps) {
  const other = value.timezone === reader ? workspaceZone : reader;
  return (
    <Group component="span" gap={6}>
      <Text span inherit>
        {zoneWords(value.timezone, workspaceZone, reader)}
      </Text>
      {other !== value.timezone && (
        <Anchor component="button" type="button" size="xs" onClick={() => onChange({ timezone: other })}>
          Use {other}
        </Anchor>
      )}
    </Group>
  );
}

function zoneWords(zone: string | null, workspaceZone: string, reader: string): string {
  if (zone === null) return "Without a zone, start and end are in UTC.";
  if (zone === workspaceZone && zone === reader) return "The workspace's zone, and yours.";
  if (zone === workspaceZone) return `The workspace's zone; yours is ${reader}.`;
  if (zone === reader) return `Your zone; the workspace's is ${workspaceZone}.`;
  return "Neither the workspace's zone nor yours.";
}
