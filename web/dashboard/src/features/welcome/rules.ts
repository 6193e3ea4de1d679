import type { Agent, Channel, ModelProvider, Step, Task } from "../../api/generated/model";

export type StepName = "model" | "agent" | "task";

/** What of the tour's steps is there already; the demo's things are nobody's work. */
interface Progress {
  /** A provider that is no stand-in. */
  readonly hasModel: boolean;
  readonly hasProvider: boolean;
  readonly hasAgent: boolean;
  /** A task that has run to its end. */
  readonly hasRun: boolean;
}

interface Found {
  readonly providers: readonly Pick<ModelProvider, "kind">[];
  readonly agents: readonly Pick<Agent, "demo">[];
  readonly tasks: readonly Pick<Task, "demo" | "lastExecution">[];
}

/** How far one is, from what exists: so that the tour goes on where it was, in any browser. */
export function readProgress({ providers, agents, tasks }: Found): Progress {
  return {
    hasModel: providers.some(({ kind }) => kind !== "sandbox"),
    hasProvider: providers.length > 0,
    hasAgent: agents.some(({ demo }) => !demo),
    hasRun: tasks.some(({ demo, lastExecution }) => !demo && lastExecution !== null),
  };
}

/**
 * The step that is open: the one that was asked for, else the first that is not done. A key that was only stored may be
 * wrong: until there is an agent one goes on from the model by oneself.
 */
export function decideStep(progress: Progress, wanted: StepName | undefined): StepName {
  if (wanted !== undefined) return wanted;
  return progress.hasAgent || progress.hasRun ? "task" : "model";
}

interface Place {
  readonly open: StepName;
  /** The provider that is shown has answered. */
  readonly isTested: boolean;
}

/** The model is done once it was tested or one has gone on from it: stayed with the sandbox, or passed the test over. */
export function isDone(step: StepName, progress: Progress, { open, isTested }: Place): boolean {
  if (step === "model") return progress.hasProvider && (progress.hasAgent || isTested || open !== "model");
  return step === "agent" ? progress.hasAgent : progress.hasRun;
}

/** What tells a provider from itself with another key or address: whether it answers is open again. */
export function versionOf({ id, updatedAt }: Pick<ModelProvider, "id" | "updatedAt">): string {
  return `${id} ${updatedAt}`;
}

/** The provider that was chosen in the step before, else the newest that is no stand-in, else the sandbox. */
export function preferProvider<T extends Pick<ModelProvider, "id" | "kind">>(
  providers: readonly T[],
  chosenId: string | undefined,
): T | undefined {
  return (
    providers.find(({ id }) => id === chosenId) ??
    providers.find(({ kind }) => kind !== "sandbox") ??
    providers[0]
  );
}

/** Where the tour's task may write: what is connected, without the demo's, which goes with the demo. */
export function listOwnChannels<T extends Pick<Channel, "status" | "demo">>(
  channels: readonly T[],
): readonly T[] {
  return channels.filter(({ status, demo }) => status === "connected" && !demo);
}

/**
 * Whether a task is as the tour makes them: about one contact, on demand. Others may write to thousands, and the tour
 * has a button that runs what it shows.
 */
export function isOfTour(task: {
  readonly demo: boolean;
  readonly audience: unknown;
  readonly schedule: unknown;
  readonly contactId: string | null;
}): boolean {
  return !task.demo && task.audience === null && task.schedule === null && task.contactId !== null;
}

/** Sorted so that the newest of a family comes last: `gpt-4.1-mini` before `gpt-5-mini`. */
const byNumber = new Intl.Collator("en", { numeric: true });

/** Families that are quick and cheap enough to begin with, by kind of provider. */
const familiar: Readonly<Record<ModelProvider["kind"], readonly RegExp[]>> = {
  openai: [/^gpt-[\d.]+-mini$/, /^gpt-[\d.]+$/],
  anthropic: [/^claude-(haiku|.*haiku)/, /^claude-/],
  google: [/^gemini-[\d.]+-flash$/, /^gemini-/],
  openai_compatible: [/./],
  sandbox: [/./],
};

/** A model to begin with among those that the provider lists; an empty text if none is familiar. */
export function suggestModel(kind: ModelProvider["kind"], ids: readonly string[]): string {
  if (kind === "sandbox") return "sandbox";
  for (const family of familiar[kind]) {
    const newest = ids
      .filter((id) => family.test(id))
      .toSorted(byNumber.compare)
      .at(-1);
    if (newest !== undefined) return newest;
  }
  return "";
}

/** What the run has done so far, in a few words each; the tools' results and the notes are for its own page. */
export function tellSteps(
  steps: readonly Pick<Step, "seq" | "kind" | "name">[],
): readonly { readonly seq: number; readonly text: string }[] {
  return steps.flatMap(({ seq, kind, name }) => {
    if (kind === "model") return [{ seq, text: `Asked the model (${name})` }];
    if (kind === "message") return [{ seq, text: "Wrote to the contact" }];
    if (kind === "tool_intent") return [{ seq, text: `Called the tool ${name}` }];
    if (kind === "wait") return [{ seq, text: "Waited" }];
    return [];
  });
}
