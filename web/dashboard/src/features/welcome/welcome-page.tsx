import { Button, Skeleton, Stack, Text } from "@mantine/core";
import { Link, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { ErrorState } from "../../components/error-state.tsx";
import { Page } from "../../components/page.tsx";
import { isUnnamed } from "../../session/rules.ts";
import { useMe } from "../../session/session.ts";
import { AgentStep } from "./agent/agent-step.tsx";
import { DemoNote } from "./demo-note.tsx";
import { ModelStep } from "./model/model-step.tsx";
import { decideStep, isDone, isOfTour, readProgress, type StepName, versionOf } from "./rules.ts";
import { StepCard } from "./step-card.tsx";
import { TaskStep } from "./task/task-step.tsx";
import { type TourData, useOpenStep, useTourData } from "./tour.ts";
import classes from "./welcome-page.module.css";

/** The tour: a model, an agent, and a task that has run. */
export function WelcomePage() {
  const me = useMe();
  const { data, error, retry } = useTourData();
  const hasRun = data !== undefined && readProgress(data).hasRun;
  return (
    <Page
      title={`Welcome to ${isUnnamed(me.membership) ? "Errand" : me.membership.workspaceName}`}
      layout="flow"
      actions={
        <Button
          variant={hasRun ? "filled" : "default"}
          renderRoot={(props) => <Link to="/tasks" {...props} />}
        >
          {hasRun ? "Go to the tasks" : "Skip the tour"}
        </Button>
      }
    >
      <div className={classes.column}>
        {!me.can("write") ? (
          <ForViewers />
        ) : data === undefined ? (
          error === null ? (
            <Waiting />
          ) : (
            <ErrorState error={error} onRetry={retry} />
          )
        ) : (
          <Tour data={data} />
        )}
      </div>
    </Page>
  );
}

const titles: Readonly<Record<StepName, string>> = {
  model: "Connect a model",
  agent: "Make an agent",
  task: "Make a task and run it",
};

function Tour({ data }: { readonly data: TourData }) {
  const { step: wanted } = useSearch({ from: "/app/welcome" });
  const openStep = useOpenStep();
  const [tested, setTested] = useState<string>();
  const isTested = data.providers.some((provider) => versionOf(provider) === tested);
  const progress = readProgress(data);
  const open = decideStep(progress, wanted);
  const ownAgents = data.agents.filter(({ demo }) => !demo);
  const task = data.tasks.find(isOfTour);
  const contents: Readonly<Record<StepName, { readonly summary: string; readonly body: React.ReactNode }>> = {
    model: {
      summary: progress.hasModel
        ? data.providers.flatMap(({ kind, name }) => (kind === "sandbox" ? [] : [name])).join(", ")
        : "The sandbox stands in for a model.",
      body: <ModelStep providers={data.providers} onTested={(provider) => setTested(versionOf(provider))} />,
    },
    agent: {
      summary: ownAgents.map(({ name }) => name).join(", "),
      body: <AgentStep providers={data.providers} agents={data.agents} />,
    },
    task: {
      summary: task?.name ?? "",
      body: <TaskStep data={data} task={task} />,
    },
  };
  return (
    <>
      <Text size="sm" c="dimmed">
        Three steps, each done right here. Everything can be changed later.
      </Text>
      <DemoNote data={data} />
      <ol className={classes.steps}>
        {(["model", "agent", "task"] as const).map((step, index) => (
          <StepCard
            key={step}
            number={index + 1}
            title={titles[step]}
            isOpen={step === open}
            isDone={isDone(step, progress, { open, isTested })}
            summary={contents[step].summary}
            onOpen={() => openStep(step)}
          >
            {contents[step].body}
          </StepCard>
        ))}
      </ol>
    </>
  );
}

/** As tall as the page will be, so that nothing jumps. */
function Waiting() {
  return (
    <Stack gap="sm" aria-label="Loading" aria-busy>
      <Skeleton height={20} maw={520} />
      <Skeleton height={320} />
      <Skeleton height={58} />
      <Skeleton height={58} />
    </Stack>
  );
}

function ForViewers() {
  return (
    <Stack gap="sm" align="flex-start">
      <Text size="sm">
        As a viewer you see everything that goes on here: which tasks there are, what each run did and why,
        and every conversation. To make agents and tasks you need another role; an administrator gives it to
        you.
      </Text>
      <Button variant="default" renderRoot={(props) => <Link to="/conversations" {...props} />}>
        See the conversations
      </Button>
    </Stack>
  );
}
