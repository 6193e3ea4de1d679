import { Anchor, Button, Group, Menu, NumberInput, Select, Stack, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { JsonField } from "../../../components/form";
import { sortFaults } from "../../../components/form/rules.ts";
import { AudienceCount } from "./audience-count.tsx";
import {
  audienceFieldOf,
  type Condition,
  type ConditionKind,
  conditionKinds,
  type FilterForm,
  newCondition,
  toFilter,
  toRows,
} from "./audience-rules.ts";
import { kindWords } from "./audience-words.ts";
import { ConditionRow } from "./condition-row.tsx";
import classes from "./editor.module.css";
import type { TaskForm } from "./rules.ts";
import { useAudienceCount } from "./use-audience-count.ts";

type Audience = TaskForm["audience"];

interface AudienceFieldsProps {
  readonly value: Audience;
  /** Each contact has a run of its own, by a date of theirs: no run has a most. */
  readonly isByDate: boolean;
  onChange(change: Partial<Audience>): void;
  errorOf(path: string): ReactNode;
  /** Told whether what is typed as JSON is none, and why. */
  onJsonFault(fault: string | null): void;
}

/** Everybody who matches, found anew at each run. */
export function AudienceFields({ value, isByDate, onChange, errorOf, onJsonFault }: AudienceFieldsProps) {
  const { filter } = value;
  const count = useAudienceCount(filter);
  const { atFields, others } = sortFaults(count.faults, { audience: value }, (path) =>
    audienceFieldOf(path, filter.json !== null),
  );
  const faultOf = (path: string) => atFields[path] ?? errorOf(path);
  const change = (next: Partial<FilterForm>) => onChange({ filter: { ...filter, ...next } });
  return (
    <Stack gap="md">
      {filter.json === null ? (
        <Conditions filter={filter} onChange={change} errorOf={faultOf} />
      ) : (
        <FilterJson
          json={filter.json}
          onChange={change}
          onJsonFault={onJsonFault}
          error={faultOf("audience.filter.json")}
        />
      )}
      <AudienceCount count={count} fault={others[0]} most={isByDate ? undefined : value.maxContactsPerRun} />
      <div className={classes.row}>
        <NumberInput
          label="Contacts of one run at most"
          description="1 to 100,000, default 1,000."
          placeholder="1000"
          min={1}
          clampBehavior="none"
          w={280}
          value={value.maxContactsPerRun}
          onChange={(maxContactsPerRun) => onChange({ maxContactsPerRun })}
          error={errorOf("audience.maxContactsPerRun")}
          data-path="audience.maxContactsPerRun"
        />
        <NumberInput
          label="Pace per minute"
          description="Executions that begin in a minute, 1 to 10,000."
          placeholder="As fast as it goes"
          min={1}
          clampBehavior="none"
          w={280}
          value={value.pacePerMinute}
          onChange={(pacePerMinute) => onChange({ pacePerMinute })}
          error={errorOf("audience.pacePerMinute")}
          data-path="audience.pacePerMinute"
        />
      </div>
    </Stack>
  );
}

interface ConditionsProps {
  readonly filter: FilterForm;
  onChange(change: Partial<FilterForm>): void;
  errorOf(path: string): ReactNode;
}

function Conditions({ filter, onChange, errorOf }: ConditionsProps) {
  const { match, conditions } = filter;
  const add = (kind: ConditionKind) =>
    onChange({ conditions: [...conditions, newCondition(crypto.randomUUID(), kind)] });
  const put = (row: Condition) =>
    onChange({ conditions: conditions.map((known) => (known.id === row.id ? row : known)) });
  const remove = (id: string) => onChange({ conditions: conditions.filter((row) => row.id !== id) });
  const fault = errorOf("audience.filter.conditions");
  return (
    <div>
      {conditions.length > 1 && (
        <Group gap="xs" mb="xs">
          <Text size="sm">Contacts that match</Text>
          <Select
            aria-label="How the conditions are combined"
            size="xs"
            w={150}
            data={[
              { value: "all", label: "all conditions" },
              { value: "any", label: "any condition" },
            ]}
            allowDeselect={false}
            value={match}
            onChange={(next) => onChange({ match: next === "any" ? "any" : "all" })}
          />
        </Group>
      )}
      {conditions.length === 0 && (
        <Text size="sm" mb="xs">
          Every contact. Add a condition to choose among them.
        </Text>
      )}
      <ul className={classes.conditions} aria-label="Conditions">
        {conditions.map((row, place) => (
          <ConditionRow
            key={row.id}
            value={row}
            place={place + 1}
            onChange={put}
            onRemove={() => remove(row.id)}
            error={errorOf(`audience.filter.conditions.${place}`)}
          />
        ))}
      </ul>
      {fault !== undefined && fault !== null && (
        <Text size="xs" c="red" role="alert">
          {fault}
        </Text>
      )}
      <Group gap="sm">
        <Menu position="bottom-start">
          <Menu.Target>
            <Button variant="default" leftSection={<IconPlus size={14} aria-hidden />}>
              Add condition
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {conditionKinds.map((kind) => (
              <Menu.Item key={kind} onClick={() => add(kind)}>
                {kindWords[kind]}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
        <Anchor
          component="button"
          type="button"
          size="xs"
          onClick={() => onChange({ json: { ...toFilter(filter) } })}
        >
          Edit as JSON
        </Anchor>
      </Group>
    </div>
  );
}

interface FilterJsonProps {
  readonly json: NonNullable<FilterForm["json"]>;
  onChange(change: Partial<FilterForm>): void;
  onJsonFault(fault: string | null): void;
  readonly error: ReactNode;
}

/** What rows cannot say: groups within groups. */
function FilterJson({ json, onChange, onJsonFault, error }: FilterJsonProps) {
  const rows = toRows(json);
  return (
    <div>
      <JsonField
        label="Filter"
        description="Conditions that must all hold; all, any and not combine further filters, up to 5 levels deep."
        value={json}
        onChange={(next) => onChange({ json: next })}
        onValidity={onJsonFault}
        error={typeof error === "string" ? error : undefined}
      />
      {rows === undefined ? (
        <Text size="xs" c="dimmed" mt={4}>
          This filter has groups within groups: it can be edited as JSON only.
        </Text>
      ) : (
        <Anchor component="button" type="button" size="xs" mt={4} onClick={() => onChange(rows)}>
          Edit as conditions
        </Anchor>
      )}
    </div>
  );
}
