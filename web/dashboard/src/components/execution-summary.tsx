import { Text } from "@mantine/core";
import type { Execution } from "../api/generated/model";
import { useTimezone } from "../session/session.ts";
import { type Told, tellSummary } from "./summary-rules.ts";
import { useNow } from "./time.tsx";
import { localizeInstants, namesInstant } from "./time-words.ts";

interface ExecutionSummaryProps {
  readonly execution: Pick<Execution, "status" | "outcome" | "reason" | "summary">;
  /** Stands before it. */
  readonly before?: string;
}

/** What came of it in a row of a table; where nothing did, why. Whole on hover. */
export function ExecutionSummary({ execution, before = "" }: ExecutionSummaryProps) {
  const told = tellSummary(execution);
  if (told !== undefined)
    return namesInstant(told.text) ? (
      <Localized told={told} before={before} />
    ) : (
      <Line told={told} before={before} />
    );
  return (
    <Text span inherit c="dimmed">
      {before === "" ? "–" : before}
    </Text>
  );
}

interface ToldProps {
  readonly told: Told;
  readonly before: string;
}

function Localized({ told, before }: ToldProps) {
  const text = localizeInstants(told.text, useNow(), useTimezone());
  return <Line told={{ ...told, text }} before={before} />;
}

function Line({ told: { text, isWhy }, before }: ToldProps) {
  return (
    <Text span inherit c={isWhy ? "dimmed" : undefined} title={text}>
      {before}
      {text}
    </Text>
  );
}
