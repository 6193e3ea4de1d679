import { Alert, Button, Group, Progress, Text } from "@mantine/core";
import { IconAlertTriangle, IconClockPause } from "@tabler/icons-react";
import type { ImportRun, RunState } from "./run/import-run.ts";

interface RunProgressProps {
  readonly run: ImportRun;
  readonly state: RunState;
  /** "Checking", "Importing". */
  readonly doing: string;
  /** What holds after it was stopped. */
  readonly stopped: string;
}

/** How far a run is, why it waits or broke off, and the buttons that stop it and make it go on. */
export function RunProgress({ run, state, doing, stopped }: RunProgressProps) {
  const { phase, done, total, waitsFor, fault } = state;
  if (phase === "done") return null;
  return (
    <div style={{ maxWidth: 640 }}>
      <Progress value={(done / total) * 100} my="sm" aria-label={doing} />
      <Group justify="space-between" mih={30}>
        <Text size="sm" role="status">
          {phase === "running" ? doing : "Stopped"}: {done.toLocaleString("en")} of{" "}
          {total.toLocaleString("en")}
        </Text>
        {phase === "running" ? (
          <Button variant="default" onClick={run.stop}>
            Stop
          </Button>
        ) : (
          <Button onClick={() => void run.start()}>Go on</Button>
        )}
      </Group>
      {waitsFor !== null && (
        <Alert mt="sm" color="yellow" variant="light" icon={<IconClockPause size={18} />} role="status">
          {waitsFor}
        </Alert>
      )}
      {phase === "stopped" && (
        <Text size="sm" c="dimmed" mt="xs">
          {stopped}
        </Text>
      )}
      {phase === "broken" && (
        <Alert
          mt="sm"
          color="red"
          variant="light"
          icon={<IconAlertTriangle size={18} />}
          title="It broke off"
          role="alert"
        >
          {fault} Go on sends the same rows again; none is imported twice.
        </Alert>
      )}
    </div>
  );
}
