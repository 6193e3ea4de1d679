import { Table, Text } from "@mantine/core";
import { Fold } from "../../components/fold.tsx";
import { dollars } from "../../components/money.tsx";
import classes from "./cost-chart.module.css";
import { fillDays, shortDay } from "./cost-days.ts";

interface CostChartProps {
  readonly items: readonly {
    readonly day: string | null;
    readonly costUsd: string;
    readonly calls: number;
  }[];
  readonly from: string;
  readonly to: string;
}

const height = 96;
const barWidth = 14;
const gap = 4;

/** Cost by day as bars; the same as a table below. */
export function CostChart({ items, from, to }: CostChartProps) {
  const days = fillDays(items, from, to);
  const most = Math.max(...days.map(({ costUsd }) => costUsd), 0);
  if (most === 0)
    return (
      <Text size="sm">No model call has cost anything in these days. The sandbox model costs nothing.</Text>
    );
  const width = days.length * (barWidth + gap);
  return (
    <div>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        className={classes.chart}
        role="img"
        aria-label={`Cost by day, at most ${dollars(String(most))}`}
        preserveAspectRatio="none"
      >
        {days.map(({ day, costUsd }, at) => {
          const size = costUsd === 0 ? 1 : Math.max(2, (costUsd / most) * (height - 4));
          return (
            <rect
              key={day}
              x={at * (barWidth + gap)}
              y={height - size}
              width={barWidth}
              height={size}
              className={costUsd === 0 ? classes.none : classes.bar}
            >
              <title>{`${shortDay(day)}: ${dollars(String(costUsd))}`}</title>
            </rect>
          );
        })}
      </svg>
      <div className={classes.axis}>
        <span>{shortDay(from)}</span>
        <span>highest {dollars(String(most))}</span>
        <span>{shortDay(to)}</span>
      </div>
      <Fold label="As a table">
        <Table aria-label="Cost by day" fz="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Day</Table.Th>
              <Table.Th ta="right">Calls</Table.Th>
              <Table.Th ta="right">Cost</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {days.toReversed().map(({ day, costUsd, calls }) => (
              <Table.Tr key={day}>
                <Table.Td>{shortDay(day)}</Table.Td>
                <Table.Td ta="right">{calls}</Table.Td>
                <Table.Td ta="right">{dollars(String(costUsd))}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Fold>
    </div>
  );
}
