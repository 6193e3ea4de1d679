import { Alert, Button, Group, NativeSelect, Switch } from "@mantine/core";
import { IconAlertTriangle, IconInfoCircle } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { type CsvChoices, type Delimiter, delimiters, type Encoding, encodings } from "./csv/rules.ts";
import classes from "./import.module.css";
import { ColumnList, titleOf } from "./mapping/column-list.tsx";
import { Preview } from "./mapping/preview.tsx";
import { toMappedRow } from "./mapping/rows.ts";
import { checkTargets, findValueInHeader, type Target } from "./mapping/rules.ts";
import type { Source } from "./source.ts";
import { StepHeading } from "./step-heading.tsx";

interface ColumnsStepProps {
  readonly source: Source;
  readonly targets: readonly Target[];
  readonly isReading: boolean;
  onTargets(targets: readonly Target[]): void;
  /** Reads the file once more, in another way. */
  onChoices(choices: CsvChoices): void;
  onHeader(hasHeader: boolean): void;
  onCheck(): void;
  onOtherFile(): void;
}

const encodingWords: Readonly<Record<Encoding, string>> = {
  "utf-8": "UTF-8",
  "utf-16le": "UTF-16",
  "utf-16be": "UTF-16, big end first",
  "windows-1252": "Western (Windows-1252)",
  "windows-1251": "Cyrillic (Windows-1251)",
};
const delimiterWords: Readonly<Record<Delimiter, string>> = {
  ",": "Comma",
  ";": "Semicolon",
  "\t": "Tab",
  "|": "Bar",
};
const rowsShown = 5;
const identifying: readonly string[] = ["externalId", "email", "phone"];

/** How the file is read and what its columns are. */
export function ColumnsStep(props: ColumnsStepProps) {
  const { source, targets, isReading, onTargets, onChoices, onHeader, onCheck, onOtherFile } = props;
  const { file, table, header, hasHeader, rows } = source;
  const samples = useMemo(() => rows.slice(0, 50).map(({ cells }) => cells), [rows]);
  const preview = useMemo(
    () => rows.slice(0, rowsShown).map((row) => toMappedRow(row, targets)),
    [rows, targets],
  );
  const { atColumns, general } = checkTargets(targets);
  const attributes = targets.flatMap((target) => (target.kind === "attribute" ? [target.name.trim()] : []));
  const choices: CsvChoices = { encoding: table.encoding, delimiter: table.delimiter };
  const [isSure, setSure] = useState(false);
  const doubtful = findValueInHeader(header);
  const isAnonymous = !targets.some(({ kind }) => identifying.includes(kind));
  return (
    <>
      <div className={classes.file}>
        <div className={classes.fileName}>
          <strong>{file.name}</strong>
          <br />
          {count(rows.length, "row")}, {sizeOf(file.size)}
          {table.blankLines > 0 && `, ${count(table.blankLines, "blank line")} left out`}
        </div>
        <NativeSelect
          size="xs"
          label="Between the cells"
          data={delimiters.map((value) => ({ value, label: delimiterWords[value] }))}
          value={table.delimiter}
          disabled={isReading}
          onChange={({ currentTarget }) =>
            onChoices({ ...choices, delimiter: delimiters.find((value) => value === currentTarget.value) })
          }
        />
        <NativeSelect
          size="xs"
          label="Encoding"
          data={encodings.map((value) => ({ value, label: encodingWords[value] }))}
          value={table.encoding}
          disabled={isReading}
          onChange={({ currentTarget }) =>
            onChoices({ ...choices, encoding: encodings.find((value) => value === currentTarget.value) })
          }
        />
        <Switch
          size="xs"
          mb={6}
          label="First row names the columns"
          checked={hasHeader}
          onChange={({ currentTarget }) => onHeader(currentTarget.checked)}
        />
      </div>
      {hasHeader && doubtful !== undefined && !isSure && (
        <Alert
          mb="md"
          maw={720}
          color="yellow"
          variant="light"
          icon={<IconInfoCircle size={18} aria-hidden />}
          title="Does the first row name the columns?"
        >
          “{doubtful}” in it looks like a contact’s. As it is, the row counts as names and is not imported.
          <Group gap="xs" mt="xs">
            <Button size="xs" variant="default" onClick={() => onHeader(false)}>
              It is a contact
            </Button>
            <Button size="xs" variant="default" onClick={() => setSure(true)}>
              It names the columns
            </Button>
          </Group>
        </Alert>
      )}
      <StepHeading>What the columns are</StepHeading>
      <p className={classes.hint}>
        Guessed by their names and values. Empty cells change nothing, and space around a value is left out.
      </p>
      <ColumnList
        header={header}
        samples={samples}
        targets={targets}
        faults={atColumns}
        onChange={onTargets}
      />
      {general !== undefined && (
        <Alert
          mt="md"
          maw={720}
          color="red"
          variant="light"
          icon={<IconAlertTriangle size={18} />}
          role="alert"
        >
          {general}
        </Alert>
      )}
      {general === undefined && isAnonymous && (
        <Alert mt="md" maw={720} color="yellow" variant="light" icon={<IconInfoCircle size={18} />}>
          No column tells whom a row means: each makes a new contact, and makes it again if you import the
          file twice. Choose a column for the external id, e-mail or phone if there is one.
        </Alert>
      )}
      <h3 className={classes.subheading}>The first rows as they will be stored</h3>
      <Preview rows={preview} attributes={attributes} />
      <Group gap="xs" mt="lg">
        <Button
          size="sm"
          disabled={general !== undefined || atColumns.size > 0 || isReading}
          onClick={onCheck}
        >
          Check {count(rows.length, "row")}
        </Button>
        <Button size="sm" variant="default" onClick={onOtherFile}>
          Another file
        </Button>
      </Group>
      {atColumns.size > 0 && (
        <p className={classes.hint}>
          Mend {[...atColumns.keys()].map((column) => titleOf(header, column)).join(", ")} first.
        </p>
      )}
    </>
  );
}

/** "1 row", "5,000 rows". */
export function count(number: number, word: string): string {
  return `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;
}

function sizeOf(bytes: number): string {
  if (bytes < 1_024) return `${bytes} bytes`;
  if (bytes < 1_024 * 1_024) return `${Math.round(bytes / 1_024)} kB`;
  return `${(bytes / 1_024 / 1_024).toFixed(1)} MB`;
}
