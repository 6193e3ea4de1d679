import { defaultPolicies } from "./policies.ts";
import type { Schedule } from "./schema.ts";
import { decideTick, type TickDecision, type TickInput } from "./tick.ts";

/** A run at every full hour, UTC. */
export const hourly: Schedule & { kind: "cron" } = { kind: "cron", timezone: "UTC", cron: "0 * * * *" };

/** A time on the day of these tests. */
export const at = (time: string): Date => new Date(`2026-11-20T${time}Z`);

/** Decides for the hourly schedule, idle and with the default policies, where nothing else is said. */
export function decide(input: Partial<TickInput> & { dueAt: Date; now: Date }): TickDecision {
  return decideTick({
    schedule: hourly,
    anchor: at("00:00"),
    activeExecutions: 0,
    pendingExecutions: 0,
    runsBefore: 0,
    policies: defaultPolicies,
    ...input,
  });
}
