import { useBlocker } from "@tanstack/react-router";
import { ask } from "../../../components/ask.tsx";
import { NotAllowed } from "../../../components/not-allowed.tsx";
import { Page } from "../../../components/page.tsx";
import { useMe } from "../../../session/session.ts";
import { ChooseStep } from "./choose-step.tsx";
import { ColumnsStep } from "./columns-step.tsx";
import classes from "./import.module.css";
import { CheckStep, ImportStep } from "./run-steps.tsx";
import { type ImportWork, useImport } from "./use-import.ts";

const steps = [
  ["choose", "File"],
  ["columns", "Columns"],
  ["check", "Check"],
  ["import", "Import"],
] as const;

/** Contacts from a file: chosen, its columns told apart, every row checked, then imported. */
export function ImportContactsPage() {
  const mayWrite = useMe().can("write");
  const work = useImport();
  const { step } = work;
  useBlocker({
    enableBeforeUnload: work.isUnderWay,
    shouldBlockFn: async () =>
      work.isUnderWay() &&
      !(await ask({
        title: "Stop the import?",
        text: "What was imported until here stays. Choose the same file again to import the rest: rows that are in already are unchanged.",
        confirm: "Stop and leave",
        keep: "Keep importing",
        isDangerous: true,
      })),
  });
  return (
    <Page title="Import contacts" crumbs={[{ label: "Contacts", link: { to: "/contacts" } }]} layout="flow">
      {mayWrite ? (
        <>
          <ol className={classes.steps} aria-label="Steps">
            {steps.map(([key, label]) => (
              <li key={key} aria-current={key === step.kind ? "step" : undefined}>
                {label}
              </li>
            ))}
          </ol>
          <div className={classes.step}>
            <Step work={work} />
          </div>
        </>
      ) : (
        <NotAllowed what="import contacts" />
      )}
    </Page>
  );
}

function Step({ work }: { readonly work: ImportWork }) {
  const { step } = work;
  switch (step.kind) {
    case "choose":
      return <ChooseStep isReading={work.isReading} fault={work.fault} onChoose={work.choose} />;
    case "columns":
      return (
        <ColumnsStep
          source={step.source}
          targets={step.targets}
          isReading={work.isReading}
          onTargets={work.setTargets}
          onChoices={work.readAgain}
          onHeader={work.setHeader}
          onCheck={work.check}
          onOtherFile={work.begin}
        />
      );
    case "check":
      return (
        <CheckStep
          source={step.source}
          targets={step.targets}
          run={step.run}
          onImport={work.importRows}
          onBack={work.backToColumns}
        />
      );
    case "import":
      return (
        <ImportStep
          source={step.source}
          targets={step.targets}
          run={step.run}
          checked={step.checked}
          onAgain={work.begin}
        />
      );
  }
}
