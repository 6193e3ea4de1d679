import { Group, Progress, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import type { UsageBudgetsItem, Workspace } from "../../api/generated/model";
import { useGetUsage } from "../../api/generated/usage/usage";
import {
  getGetWorkspaceQueryKey,
  updateWorkspace,
  useGetWorkspace,
} from "../../api/generated/workspace/workspace";
import { askAgain } from "../../api/kept-answers.ts";
import { ErrorState } from "../../components/error-state.tsx";
import { changedFields, Form, useApiForm } from "../../components/form/index.ts";
import { dollars } from "../../components/money.tsx";
import { Page } from "../../components/page.tsx";
import { sayDone } from "../../components/say.tsx";
import { RelativeTime } from "../../components/time.tsx";
import { useMe } from "../../session/session.ts";
import { AgentCosts } from "./agent-costs.tsx";
import { CostChart } from "./cost-chart.tsx";
import { Part } from "./section-parts.tsx";

/** What may be spent, what is spent, and by whom. */
export function BudgetsPage() {
  const workspace = useGetWorkspace();
  const usage = useGetUsage({ groupBy: "day" });
  const error = workspace.error ?? usage.error;
  const isMissing = workspace.data === undefined || usage.data === undefined;
  return (
    <Page title="Budgets" layout="flow">
      {error !== null && isMissing && (
        <ErrorState
          error={error}
          onRetry={() => {
            void workspace.refetch();
            void usage.refetch();
          }}
        />
      )}
      {error === null && isMissing && <Skeleton height={320} />}
      {workspace.data !== undefined && usage.data !== undefined && (
        <>
          <Part
            title="Workspace"
            text="What model calls are expected to cost is set aside before each of them. At 100 % new executions are skipped, until the next day or month."
          >
            <Stack gap="lg">
              <Bars budgets={usage.data.budgets.filter(({ agentId }) => agentId === null)} />
              <BudgetForm workspace={workspace.data} />
            </Stack>
          </Part>
          <Part
            title="Last 30 days"
            text={`${dollars(usage.data.costUsd)} in ${usage.data.calls.toLocaleString("en")} model calls, in days of ${usage.data.timezone}. Models without a known price count as nothing.`}
          >
            <CostChart items={usage.data.items} from={usage.data.from} to={usage.data.to} />
          </Part>
          <Part title="By agent" text="The same 30 days. An agent’s own budget is set on its page.">
            <AgentCosts />
          </Part>
        </>
      )}
    </Page>
  );
}

function Bars({ budgets }: { readonly budgets: readonly UsageBudgetsItem[] }) {
  if (budgets.length === 0)
    return <Text size="sm">No budget is set: model calls may cost what they cost.</Text>;
  return (
    <Stack gap="sm">
      {budgets.map((budget) => (
        <Bar key={budget.period} budget={budget} />
      ))}
    </Stack>
  );
}

function Bar({
  budget: { period, limitUsd, spentUsd, reservedUsd, leftUsd, resetsAt },
}: {
  readonly budget: UsageBudgetsItem;
}) {
  const limit = Number(limitUsd);
  const share = (usd: string) => (limit === 0 ? 100 : Math.min(100, (Number(usd) / limit) * 100));
  const name = period === "day" ? "Today" : "This month";
  const tone = Number(leftUsd) <= 0 ? "red" : share(spentUsd) >= 80 ? "yellow" : "accent";
  return (
    <div>
      <Group justify="space-between" gap="xs" mb={4}>
        <Text size="sm" fw={500}>
          {name}: {dollars(spentUsd)} of {dollars(limitUsd)}
        </Text>
        <Text size="xs" c="dimmed">
          {Number(leftUsd) <= 0 ? "Used up; " : ""}begins anew <RelativeTime at={resetsAt} />
        </Text>
      </Group>
      <Progress.Root size="sm">
        <Progress.Section value={share(spentUsd)} color={tone} aria-label={`${name}, spent`} />
        <Progress.Section
          value={share(reservedUsd)}
          color="gray"
          aria-label={`${name}, set aside for calls under way`}
        />
      </Progress.Root>
    </div>
  );
}

interface BudgetValues {
  /** Empty: none. */
  readonly dailyCostUsd: string;
  readonly monthlyCostUsd: string;
}

function BudgetForm({ workspace }: { readonly workspace: Workspace }) {
  const mayChange = useMe().can("admin");
  const queryClient = useQueryClient();
  const stored: BudgetValues = {
    dailyCostUsd: workspace.dailyCostUsd ?? "",
    monthlyCostUsd: workspace.monthlyCostUsd ?? "",
  };
  const api = useApiForm({
    initialValues: stored,
    isFollowing: true,
    send: (values, base) => updateWorkspace(changedFields(toBody(base), toBody(values))),
    onDone(changed) {
      queryClient.setQueryData(getGetWorkspaceQueryKey(), changed);
      askAgain("/v1/usage");
      sayDone("Budgets saved.");
    },
  });
  if (!mayChange) return <Text size="sm">Admins set the budgets.</Text>;
  const { form } = api;
  return (
    <Form
      api={api}
      save="Save"
      curl={() => ({
        method: "PATCH",
        path: "/v1/workspace",
        body: changedFields(toBody(api.base), toBody(form.getValues())),
      })}
    >
      <TextInput
        {...form.getInputProps("dailyCostUsd")}
        label="Daily budget"
        description={`US dollars in a day of ${workspace.timezone}; empty: none`}
        placeholder="None"
        leftSection="$"
        inputMode="decimal"
      />
      <TextInput
        {...form.getInputProps("monthlyCostUsd")}
        label="Monthly budget"
        description="US dollars in a calendar month; empty: none"
        placeholder="None"
        leftSection="$"
        inputMode="decimal"
      />
    </Form>
  );
}

function toBody({ dailyCostUsd, monthlyCostUsd }: BudgetValues) {
  return { dailyCostUsd: orNone(dailyCostUsd), monthlyCostUsd: orNone(monthlyCostUsd) };
}

function orNone(text: string): string | null {
  return text.trim() === "" ? null : text.trim();
}
