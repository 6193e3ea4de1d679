import { Checkbox, NativeSelect, Text, TextInput } from "@mantine/core";
import classes from "../import.module.css";
import {
  type AttributeType,
  attributeName,
  attributeTypes,
  type Target,
  type TargetKind,
  targetWords,
} from "./rules.ts";

interface ColumnListProps {
  readonly header: readonly string[];
  /** Some values of each column. */
  readonly samples: readonly (readonly string[])[];
  readonly targets: readonly Target[];
  /** Column → why it cannot be so. */
  readonly faults: ReadonlyMap<number, string>;
  onChange(targets: readonly Target[]): void;
}

/** What each column of the file is. */
export function ColumnList({ header, samples, targets, faults, onChange }: ColumnListProps) {
  return (
    <ol className={classes.columns}>
      {targets.map((target, column) => {
        const title = titleOf(header, column);
        const key = `${column} ${title}`;
        const change = (changed: Target) => onChange(targets.with(column, changed));
        return (
          <li key={key} className={classes.column}>
            <div>
              <div className={classes.columnName} title={title}>
                {title}
              </div>
              <div className={classes.samples}>{samplesOf(samples, column)}</div>
            </div>
            <NativeSelect
              size="xs"
              aria-label={`What ${title} is`}
              data={kinds}
              value={target.kind}
              error={
                faults.get(column) !== undefined && target.kind !== "attribute"
                  ? faults.get(column)
                  : undefined
              }
              onChange={({ currentTarget }) =>
                change(targetOf(currentTarget.value as TargetKind, title, column))
              }
            />
            <div className={classes.details}>
              <Details target={target} title={title} fault={faults.get(column)} onChange={change} />
            </div>
          </li>
        );
      })}
    </ol>
  );
}

export function titleOf(header: readonly string[], column: number): string {
  const title = header[column]?.trim() ?? "";
  return title === "" ? `Column ${column + 1}` : title;
}

const kinds = Object.entries(targetWords).map(([value, label]) => ({ value, label }));
const mostSamples = 3;

function samplesOf(samples: readonly (readonly string[])[], column: number): string {
  const values = samples.map((cells) => cells[column]?.trim() ?? "").filter((value) => value !== "");
  const some = [...new Set(values)].slice(0, mostSamples);
  return some.length === 0 ? "no values in the first rows" : some.join(" · ");
}

function targetOf(kind: TargetKind, title: string, column: number): Target {
  if (kind === "attribute") return { kind, name: attributeName(title, column), type: "text" };
  if (kind === "phone") return { kind, isBare: false };
  return { kind };
}

const typeWords: Readonly<Record<AttributeType, string>> = {
  text: "Text",
  number: "Number",
  flag: "True or false",
  date: "Date 2027-12-31",
  dayFirst: "Date 31.12.2027",
  monthFirst: "Date 12/31/2027",
  json: "JSON",
};
const types = attributeTypes.map((value) => ({ value, label: typeWords[value] }));

interface DetailsProps {
  readonly target: Target;
  readonly title: string;
  readonly fault: string | undefined;
  onChange(target: Target): void;
}

function Details({ target, title, fault, onChange }: DetailsProps) {
  if (target.kind === "attribute")
    return (
      <>
        <TextInput
          size="xs"
          flex="1 1 120px"
          aria-label={`Attribute of ${title}`}
          value={target.name}
          maxLength={200}
          error={fault}
          onChange={({ currentTarget }) => onChange({ ...target, name: currentTarget.value })}
        />
        <NativeSelect
          size="xs"
          w={150}
          aria-label={`Type of ${title}`}
          data={types}
          value={target.type}
          onChange={({ currentTarget }) =>
            onChange({
              ...target,
              type: attributeTypes.find((type) => type === currentTarget.value) ?? target.type,
            })
          }
        />
      </>
    );
  if (target.kind === "phone")
    return (
      <Checkbox
        size="xs"
        label="Without spaces, dots, dashes and brackets"
        checked={target.isBare}
        onChange={({ currentTarget }) => onChange({ ...target, isBare: currentTarget.checked })}
      />
    );
  const hint = hints[target.kind];
  return hint === undefined ? null : (
    <Text size="xs" c="dimmed">
      {hint}
    </Text>
  );
}

const hints: Partial<Readonly<Record<TargetKind, string>>> = {
  tags: "Commas, semicolons or bars between them. Added to those that are there.",
  timezone: "Names such as Europe/Berlin",
  language: "Language tags such as de or pt-BR",
  externalId: "Your own id; a contact that has it is changed, not made again",
};
