import { Button, Group } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useSyncExternalStore } from "react";
import { count } from "./columns-step.tsx";
import { Failures } from "./failures.tsx";
import classes from "./import.module.css";
import type { Target } from "./mapping/rules.ts";
import { failedRowsFile } from "./run/failed-rows.ts";
import type { ImportRun, RowResult, RunState } from "./run/import-run.ts";
import { RunProgress } from "./run-progress.tsx";
import { saveFile } from "./save-file.ts";
import type { Source } from "./source.ts";
import { StepHeading } from "./step-heading.tsx";

interface RunStepProps {
  readonly source: Source;
  readonly targets: readonly Target[];
  readonly run: ImportRun;
}

function useRun(run: ImportRun): RunState {
  return useSyncExternalStore(run.state.subscribe, run.state.get);
}

/** What would become of every row; nothing is changed yet. */
export function CheckStep(props: RunStepProps & { onImport(): void; onBack(): void }) {
  const { source, targets, run, onImport, onBack } = props;
  const state = useRun(run);
  const { created, updated, unchanged, failed } = state.counts;
  const useful = created + updated;
  const isDone = state.phase === "done";
  return (
    <>
      <StepHeading>What would become of the rows</StepHeading>
      <RunProgress run={run} state={state} doing="Checking" stopped="Nothing was changed." />
      <Counts
        figures={[
          ["To create", created],
          ["To change", updated],
          ["Unchanged", unchanged],
          ["Failed", failed],
        ]}
      />
      {isDone && (
        <>
          <FailedPart source={source} targets={targets} results={run.results()} />
          {useful === 0 && (
            <p className={classes.hint}>No row would change anything. There is nothing to import.</p>
          )}
          <Group gap="xs" mt="lg">
            {useful > 0 && (
              <Button size="sm" onClick={onImport}>
                Import {count(useful, "row")}
              </Button>
            )}
            <Button size="sm" variant="default" onClick={onBack}>
              Back to the columns
            </Button>
          </Group>
        </>
      )}
      {state.phase !== "done" && state.phase !== "running" && (
        <Button mt="md" size="sm" variant="default" onClick={onBack}>
          Back to the columns
        </Button>
      )}
    </>
  );
}

interface ImportStepProps extends RunStepProps {
  /** Rows that the check kept back. */
  readonly checked: readonly RowResult[];
  onAgain(): void;
}

/** The import itself and what came of it. */
export function ImportStep({ source, targets, run, checked, onAgain }: ImportStepProps) {
  const state = useRun(run);
  const { created, updated, unchanged } = state.counts;
  const isDone = state.phase === "done";
  const keptBack = checked.filter(({ outcome }) => outcome === "failed");
  const same = checked.filter(({ outcome }) => outcome === "unchanged").length;
  const failures = isDone
    ? [...keptBack, ...run.results()].filter(({ outcome }) => outcome === "failed")
    : [];
  return (
    <>
      <StepHeading>{isDone ? "Imported" : "Importing"}</StepHeading>
      <RunProgress
        run={run}
        state={state}
        doing="Importing"
        stopped="What was done until here stays. The rest has not been touched."
      />
      <Counts
        figures={[
          ["Created", created],
          ["Changed", updated],
          ["Unchanged", unchanged + same],
          ["Failed", state.counts.failed + keptBack.length],
        ]}
      />
      {isDone && (
        <>
          <FailedPart
            source={source}
            targets={targets}
            results={failures.toSorted((one, other) => one.line - other.line)}
          />
          <Group gap="xs" mt="lg">
            <Button size="sm" renderRoot={(props) => <Link to="/contacts" {...props} />}>
              Show contacts
            </Button>
            <Button size="sm" variant="default" onClick={onAgain}>
              Import another file
            </Button>
          </Group>
        </>
      )}
    </>
  );
}

interface FailedPartProps {
  readonly source: Source;
  readonly targets: readonly Target[];
  readonly results: readonly RowResult[];
}

/** Which rows failed and why, and the file to mend them in. */
function FailedPart({ source, targets, results }: FailedPartProps) {
  const { file, table, header } = source;
  const failed = results.filter(({ outcome }) => outcome === "failed");
  if (failed.length === 0) return null;

  function download(): void {
    const name = file.name.replace(/\.[^.]*$/, "");
    saveFile(`${name}-failed.csv`, failedRowsFile(table, header, targets, failed));
  }

  return (
    <>
      <Group gap="xs" justify="space-between" maw={960}>
        <p className={classes.hint} style={{ margin: 0, flex: "1 1 240px" }}>
          {count(failed.length, "row")} cannot be imported. The file of failed rows says why; mend it and
          import it.
        </p>
        <Button variant="default" leftSection={<IconDownload size={14} aria-hidden />} onClick={download}>
          Download failed rows
        </Button>
      </Group>
      <Failures results={failed} header={header} targets={targets} />
    </>
  );
}

function Counts({ figures }: { readonly figures: readonly (readonly [string, number])[] }) {
  return (
    <dl className={classes.counts}>
      {figures.map(([label, number]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{number.toLocaleString("en")}</dd>
        </div>
      ))}
    </dl>
  );
}
