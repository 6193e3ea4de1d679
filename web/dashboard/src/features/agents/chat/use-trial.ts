import { useEffect, useRef, useState } from "react";
import { testAgent } from "../../../api/generated/agents/agents";
import type { CreateAgentBody } from "../../../api/generated/model";
import type { ApiError } from "../../../api/problem.ts";
import { type Asked, readFailure, type Turn, type TurnState, toTrialBody } from "./turns.ts";

interface TrialOptions {
  /** The draft as it is in the form at this moment. */
  draft(): CreateAgentBody;
  /** What was wrong in the fields of the draft. */
  onDraftFault(error: ApiError): void;
}

export interface Trial {
  readonly turns: readonly Turn[];
  readonly isRunning: boolean;
  readonly contactId: string | null;
  /** Another contact begins another conversation. */
  setContactId(id: string | null): void;
  ask(asked: Asked): void;
  /** Asks the last thing again, with the draft of now. */
  retry(): void;
  stop(): void;
  restart(): void;
}

/** A conversation with the draft; nothing of it is kept. */
export function useTrial({ draft, onDraftFault }: TrialOptions): Trial {
  const [turns, setTurns] = useState<readonly Turn[]>([]);
  const [contactId, setContact] = useState<string | null>(null);
  const call = useRef<AbortController>(undefined);
  const isRunning = turns.at(-1)?.state.status === "running";
  // Nobody waits for it any more: a model call that goes on would only cost.
  useEffect(() => () => call.current?.abort(), []);

  function end(id: string, state: TurnState): void {
    setTurns((before) => before.map((turn) => (turn.id === id ? { ...turn, state } : turn)));
  }

  async function run(before: readonly Turn[], asked: Asked): Promise<void> {
    const turn: Turn = { id: crypto.randomUUID(), asked, state: { status: "running" } };
    const all = [...before, turn];
    const controller = new AbortController();
    call.current = controller;
    setTurns(all);
    try {
      const trial = await testAgent(toTrialBody(draft(), contactId, all), { signal: controller.signal });
      end(turn.id, { status: "answered", trial });
    } catch (error) {
      if (controller.signal.aborted) return end(turn.id, { status: "stopped" });
      const failure = readFailure(error);
      end(turn.id, failure);
      if (failure.draft !== null) onDraftFault(failure.draft);
    }
  }

  function restart(): void {
    call.current?.abort();
    setTurns([]);
  }

  return {
    turns,
    isRunning,
    contactId,
    setContactId(id) {
      setContact(id);
      restart();
    },
    ask(asked) {
      if (!isRunning) void run(turns, asked);
    },
    retry() {
      const last = turns.at(-1);
      if (!isRunning && last !== undefined) void run(turns.slice(0, -1), last.asked);
    },
    stop: () => call.current?.abort(),
    restart,
  };
}
