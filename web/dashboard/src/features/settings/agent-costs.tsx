import { Skeleton, Table, Text } from "@mantine/core";
import type { Usage } from "../../api/generated/model";
import { useGetUsage } from "../../api/generated/usage/usage";
import { AgentName } from "../../components/links.tsx";
import { Money } from "../../components/money.tsx";

/** What tests of drafts cost is booked on no agent. */
const draftsId = "agent_00000000000000000000000000";

/** Who spent it, the most expensive first. */
export function AgentCosts() {
  const { data } = useGetUsage({ groupBy: "agent" });
  if (data === undefined) return <Skeleton height={80} />;
  const items = data.items.toSorted((a, b) => Number(b.costUsd) - Number(a.costUsd));
  if (items.length === 0) return <Text size="sm">No agent has called a model in these days.</Text>;
  return (
    <Table aria-label="Cost by agent" fz="sm">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Agent</Table.Th>
          <Table.Th ta="right">Calls</Table.Th>
          <Table.Th ta="right">Cost</Table.Th>
          <Table.Th ta="right" visibleFrom="sm">
            Budgets
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {items.map(({ agentId, calls, costUsd }) => (
          <Table.Tr key={agentId}>
            <Table.Td>
              {agentId === draftsId ? "Tests of drafts" : <AgentName id={agentId} none="No agent" />}
            </Table.Td>
            <Table.Td ta="right">{calls.toLocaleString("en")}</Table.Td>
            <Table.Td ta="right">
              <Money usd={costUsd} />
            </Table.Td>
            <Table.Td ta="right" visibleFrom="sm">
              {budgetsOf(data, agentId)}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function budgetsOf({ budgets }: Usage, agentId: string | null): string {
  const own = agentId === null ? [] : budgets.filter((budget) => budget.agentId === agentId);
  if (own.length === 0) return "–";
  return own.map(({ limitUsd, period }) => `$${limitUsd} a ${period}`).join(", ");
}
