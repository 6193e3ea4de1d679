import { Loader } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useListExecutionSteps } from "../../../api/generated/executions/executions";
import type { Execution } from "../../../api/generated/model";
import { tellSteps } from "../rules.ts";
import classes from "./run-view.module.css";

const lookMs = 1_000;
const most = 100;

/** What the run has done so far; its own page has the whole journal. */
export function RunSteps({ execution }: { readonly execution: Execution }) {
  const isEnded = execution.completedAt !== null;
  const { data } = useListExecutionSteps(
    execution.id,
    { limit: most },
    { query: { refetchInterval: isEnded ? false : lookMs } },
  );
  const steps = tellSteps(data?.items ?? []);
  return (
    <ol className={classes.steps} aria-label="Steps">
      {steps.map(({ seq, text }) => (
        <li key={seq} className={classes.step}>
          <IconCheck size={14} aria-hidden />
          {text}
        </li>
      ))}
      {!isEnded && (
        <li className={classes.step}>
          <Loader size={14} aria-hidden />
          {steps.length === 0 ? "Waiting for its turn" : "Going on"}
        </li>
      )}
    </ol>
  );
}
