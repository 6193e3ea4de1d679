import { useEffect, useRef, useState } from "react";
import { importContacts } from "../../../api/generated/contacts/contacts";
import type { ImportContactsBody } from "../../../api/generated/model";
import { refreshContacts } from "../actions/change-contacts.ts";
import { pause } from "../actions/run-many.ts";
import { readFile } from "./csv/read-file.ts";
import type { CsvChoices, CsvTable } from "./csv/rules.ts";
import { type MappedRow, toMappedRow } from "./mapping/rows.ts";
import { findValueInHeader, guessTargets, type Target } from "./mapping/rules.ts";
import { createImportRun, type ImportRun, type RowResult } from "./run/import-run.ts";
import { type Source, toSource } from "./source.ts";

interface Mapped {
  readonly source: Source;
  readonly targets: readonly Target[];
}

type Step =
  | { readonly kind: "choose" }
  | (Mapped & { readonly kind: "columns" })
  | (Mapped & { readonly kind: "check"; readonly run: ImportRun; readonly mapped: readonly MappedRow[] })
  | (Mapped & { readonly kind: "import"; readonly run: ImportRun; readonly checked: readonly RowResult[] });

const samplesForGuess = 200;

const send = (body: ImportContactsBody, key: string) =>
  importContacts(body, { headers: { "idempotency-key": key } });

/** An import from the choice of its file to its end. */
export function useImport() {
  const [step, setStep] = useState<Step>({ kind: "choose" });
  const [isReading, setReading] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const run = useRef<ImportRun | null>(null);
  // Whoever leaves the page stops what it does.
  useEffect(() => () => run.current?.stop(), []);

  async function read(file: File, choices: CsvChoices, hasHeader: boolean): Promise<void> {
    setReading(true);
    setFault(null);
    const answer = await readFile(file, choices);
    setReading(false);
    if (answer.fault === undefined)
      showColumns(toSource(file, answer.table, mayHaveHeader(answer.table, hasHeader)));
    else {
      setFault(answer.fault);
      setStep({ kind: "choose" });
    }
  }

  function showColumns(source: Source): void {
    if (source.rows.length === 0) {
      setFault(
        "The file has only one row, which names the columns. Below it one row for each contact is needed.",
      );
      setStep({ kind: "choose" });
      return;
    }
    const samples = source.rows.slice(0, samplesForGuess).map(({ cells }) => cells);
    setStep({ kind: "columns", source, targets: guessTargets(source.header, samples) });
  }

  function start(rows: readonly MappedRow[], dryRun: boolean): ImportRun {
    const begun = createImportRun({ rows, dryRun, send, pause });
    run.current = begun;
    void begun.start().then(dryRun ? undefined : refreshContacts);
    return begun;
  }

  return {
    step,
    isReading,
    /** Why the last file could not be taken. */
    fault,
    /** From the start, with another file. */
    begin: () => {
      setFault(null);
      setStep({ kind: "choose" });
    },
    choose: (file: File) => void read(file, {}, true),
    readAgain: (choices: CsvChoices) => {
      if (step.kind === "columns") void read(step.source.file, choices, step.source.hasHeader);
    },
    setHeader: (hasHeader: boolean) => {
      if (step.kind === "columns") showColumns(toSource(step.source.file, step.source.table, hasHeader));
    },
    setTargets: (targets: readonly Target[]) => {
      if (step.kind === "columns") setStep({ ...step, targets });
    },
    check: () => {
      if (step.kind !== "columns") return;
      const { source, targets } = step;
      const mapped = source.rows.map((row) => toMappedRow(row, targets));
      setStep({ kind: "check", source, targets, mapped, run: start(mapped, true) });
    },
    backToColumns: () => {
      if (step.kind === "check") setStep({ kind: "columns", source: step.source, targets: step.targets });
    },
    /** Only what the check found to be fit and new is sent. */
    importRows: () => {
      if (step.kind !== "check") return;
      const { source, targets, mapped } = step;
      const checked = step.run.results();
      const outcomes = new Map(checked.map(({ line, outcome }) => [line, outcome]));
      const useful = mapped.filter(({ line }) => ["created", "updated"].includes(outcomes.get(line) ?? ""));
      setStep({ kind: "import", source, targets, checked, run: start(useful, false) });
    },
    /** Whether leaving now would cut an import off. */
    isUnderWay: () => step.kind === "import" && step.run.state.get().phase !== "done",
  };
}

/** A single row with values in it is a contact: there is nothing that it could name. */
function mayHaveHeader({ rows }: CsvTable, isWanted: boolean): boolean {
  return isWanted && !(rows.length === 1 && findValueInHeader(rows[0]?.cells ?? []) !== undefined);
}

export type ImportWork = ReturnType<typeof useImport>;
