import { Progress, SimpleGrid, Text, TextInput } from "@mantine/core";
import type { UsageBudgetsItem } from "../../../api/generated/model";
import { useGetUsage } from "../../../api/generated/usage/usage";
import { dollars } from "../../../components/money.tsx";
import { RelativeTime } from "../../../components/time.tsx";
import classes from "./editor.module.css";
import type { FieldsProps } from "./fields.ts";

interface BudgetFieldsProps extends FieldsProps {
  /** Null for one that is not there yet. */
  readonly agentId: string | null;
}

/** What it may cost in a day and in a month, and what of the saved budgets is used. */
export function BudgetFields({ form, agentId }: BudgetFieldsProps) {
  const { data } = useGetUsage({ agentId: agentId ?? "" }, { query: { enabled: agentId !== null } });
  const budgetOf = (period: UsageBudgetsItem["period"]) =>
    data?.budgets.find((budget) => budget.agentId === agentId && budget.period === period);
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
      <div>
        <TextInput
          {...form.getInputProps("dailyCostUsd")}
          label="Daily budget"
          description="US dollars in a day of the workspace’s zone"
          placeholder="None"
          leftSection="$"
          inputMode="decimal"
          data-path="dailyCostUsd"
        />
        <Used budget={budgetOf("day")} period="today" />
      </div>
      <div>
        <TextInput
          {...form.getInputProps("monthlyCostUsd")}
          label="Monthly budget"
          description="At 100 % its new runs are skipped"
          placeholder="None"
          leftSection="$"
          inputMode="decimal"
          data-path="monthlyCostUsd"
        />
        <Used budget={budgetOf("month")} period="this month" />
      </div>
    </SimpleGrid>
  );
}

function Used({
  budget,
  period,
}: {
  readonly budget: UsageBudgetsItem | undefined;
  readonly period: string;
}) {
  if (budget === undefined) return null;
  const share = Math.min(100, (Number(budget.spentUsd) / Number(budget.limitUsd)) * 100);
  const isUsedUp = Number(budget.leftUsd) <= 0;
  return (
    <div className={classes.used}>
      <Progress
        value={share}
        size="xs"
        color={isUsedUp ? "red" : share >= 80 ? "yellow" : undefined}
        aria-label={`Used of the budget ${period}`}
      />
      <Text size="xs" c="dimmed" mt={4}>
        {dollars(budget.spentUsd)} of {dollars(budget.limitUsd)} used {period}
        {isUsedUp && (
          <>
            . Its runs are skipped until it is raised or begins anew <RelativeTime at={budget.resetsAt} />
          </>
        )}
      </Text>
    </div>
  );
}
