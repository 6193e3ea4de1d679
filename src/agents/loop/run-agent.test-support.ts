import { z } from "zod";
import { createTestCore, type TestCore } from "../../../test/core.ts";
import {
  createScriptedModel,
  type ScriptedAnswer,
  type ScriptedModel,
} from "../../../test/scripted-model.ts";
import { until } from "../../../test/until.ts";
import { contribute } from "../../base/extensions.ts";
import { newId } from "../../base/ids.ts";
import { createContact } from "../../contacts/index.ts";
import type { TenantTx } from "../../db/index.ts";
import {
  createMaintenance,
  createWorker,
  type Execution,
  type ExecutionContext,
  enqueueExecution,
  executionKinds,
  getExecution,
  listSteps,
  type Step,
} from "../../engine/index.ts";
import type { AgentSnapshot } from "../agent-snapshot.ts";
import { agentTools } from "../extension-points.ts";
import { modelFactory } from "../model-access.ts";
import { createModelProvider } from "../model-providers.ts";
import type { ModelRequest } from "../models/index.ts";
import type { AgentRun, AnswerPreview, RunLimits } from "./agent-run.ts";
import type { SendVerdict } from "./outgoing.ts";
import { runAgent } from "./run-agent.ts";
import { type AgentTool, defineTool, type ToolOutcome } from "./tool.ts";

/** Why the gate of these runs refuses what it is told to refuse. */
export const refusal = { code: "contact_opted_out", message: "The contact does not want messages." };

export interface Script {
  readonly answers:
    | readonly ScriptedAnswer[]
    | ((index: number, request: ModelRequest) => ScriptedAnswer | Promise<ScriptedAnswer>);
  /** Default `task`. */
  readonly mode?: "task" | "reply";
  readonly limits?: Partial<RunLimits>;
  /** Which messages the gate refuses, in order; it accepts those beyond the list. */
  readonly refuse?: readonly boolean[];
  readonly modelName?: string;
  readonly timezone?: string;
  readonly withContact?: boolean;
  readonly modelProviderId?: string;
  readonly agent?: Partial<AgentSnapshot>;
  /** Every piece of text that is shown, and `discard`. */
  readonly shown?: string[];
}

export interface Begun {
  readonly id: string;
  readonly model: ScriptedModel;
  /** The accepted texts. */
  readonly sent: readonly string[];
}

export interface Ended {
  readonly execution: Execution;
  readonly steps: readonly Step[];
}

export interface LoopFixture {
  readonly core: TestCore;
  readonly contactId: string;
  tenant<T>(work: (tx: TenantTx) => Promise<T>): Promise<T>;
  begin(script: Script): Promise<Begun>;
  ended(id: string): Promise<Ended>;
  /** Begins and waits for the end. */
  play(script: Script): Promise<Begun & Ended>;
  /** Stops the process's worker as a drain does, and starts another. */
  restartWorker(): Promise<void>;
  close(): Promise<void>;
}

/** Runs of the loop on a real engine and database, with scripted models and a gate that does as it is told. */
export async function createLoopFixture(): Promise<LoopFixture> {
  const core = await createTestCore();
  const models = new Map<string, ScriptedModel>();
  const runs = new Map<string, AgentRun<null>>();
  const stops: (() => Promise<void>)[] = [];
  core.extensions.add([
    contribute(modelFactory, (_provider, name) => {
      const model = models.get(name);
      if (model === undefined) throw new Error(`no model ${name}`);
      return model;
    }),
    contribute(agentTools, ({ ctx }) => [echo(ctx)]),
    contribute(executionKinds, {
      name: "test",
      run: async (ctx) => {
        const run = runs.get(ctx.execution.id);
        if (run === undefined) throw new Error("no run for this execution");
        return await runAgent(core, ctx, run);
      },
    }),
  ]);
  const workspaceId = await core.newWorkspace();
  const tenant = <T>(work: (tx: TenantTx) => Promise<T>) => core.db.tenant(workspaceId, work);
  const { contactId, modelProviderId } = await tenant(async (tx) => ({
    contactId: (await createContact(core, tx, { name: "Anna" }, { caller: null, requestId: null })).id,
    modelProviderId: (
      await createModelProvider(
        core,
        tx,
        { name: "Test", kind: "openai_compatible", baseUrl: "http://127.0.0.1:9/v1" },
        { caller: null, requestId: null },
      )
    ).id,
  }));

  async function startWorker(): Promise<void> {
    for (const service of [createWorker(core, { concurrency: 4 }), createMaintenance(core, "worker")])
      stops.push(await service.start());
  }

  async function stopWorker(): Promise<void> {
    for (const stop of stops.splice(0)) await stop();
  }

  async function begin(script: Script): Promise<Begun> {
    const { answers, mode = "task", refuse = [], modelName = `model-${newId()}` } = script;
    const model = createScriptedModel(
      typeof answers === "function" ? (request, index) => answers(index, request) : answers,
      modelName,
    );
    models.set(modelName, model);
    const id = newId();
    const sent: string[] = [];
    const verdicts = [...refuse];
    runs.set(id, {
      mode,
      start: async () => ({
        agent: {
          id: newId(),
          name: "Mia",
          instructions: "Be brief.",
          modelProviderId: script.modelProviderId ?? modelProviderId,
          model: modelName,
          temperature: null,
          maxOutputTokens: null,
          language: null,
          guidance: "",
          toolIds: [],
          knowledgeIds: [],
          limits: {},
          dailyCostUsd: null,
          monthlyCostUsd: null,
          ...script.agent,
        },
        prompt: [
          { role: "system", content: "You are Mia." },
          { role: "user", content: "Go." },
        ],
        limits: { maxIterations: 1_000, maxToolCalls: 10_000, maxCostUsd: null, ...script.limits },
        ...(script.timezone === undefined ? {} : { timezone: script.timezone }),
        contactId: script.withContact === false ? null : contactId,
        data: null,
      }),
      ...(script.shown === undefined ? {} : { preview: () => recordPreview(script.shown ?? []) }),
      send: async (_tx, { text }): Promise<SendVerdict> => {
        if (verdicts.shift()) return { accepted: false, messageId: null, reason: refusal };
        sent.push(text);
        return { accepted: true, messageId: newId(), conversationId: newId() };
      },
    });
    await tenant((tx) => enqueueExecution(core, tx, { id, kind: "test", lane: "manual", trigger: "manual" }));
    return { id, model, sent };
  }

  async function ended(id: string): Promise<Ended> {
    const execution = await until("the end of the execution", async () => {
      const found = await tenant((tx) => getExecution(tx, id));
      return found?.completedAt ? found : undefined;
    });
    const steps = await tenant((tx) => listSteps(tx, id, { after: 0, limit: 10_000 }));
    return { execution, steps };
  }

  await startWorker();
  return {
    core,
    contactId,
    tenant,
    begin,
    ended,
    async play(script) {
      const begun = await begin(script);
      return { ...begun, ...(await ended(begun.id)) };
    },
    async restartWorker() {
      await stopWorker();
      await startWorker();
    },
    async close() {
      await stopWorker();
      await core.close();
    },
  };
}

/** A tool as other modules contribute them: answers so many characters. */
function echo(ctx: ExecutionContext): AgentTool {
  return defineTool({
    name: "echo",
    description: "Answers as many characters as asked for.",
    input: z.strictObject({ characters: z.int() }),
    run: (input) =>
      ctx.step<ToolOutcome>("tool_result", "echo", async () => ({
        input,
        output: { output: { text: "e".repeat(input.characters) } },
        toolCall: true,
      })),
  });
}

function recordPreview(shown: string[]): AnswerPreview {
  return {
    text: (delta) => shown.push(delta),
    discard: () => shown.push("discard"),
    complete: () => undefined,
  };
}
