import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { Core } from "../engine/index.ts";
import { countQueues } from "../engine/index.ts";

/**
 * The process's metrics in Prometheus text. Figures of the queues come from the database when asked, so that every
 * process answers the same and none has to be the one that counts.
 */
export function createMetrics(core: Core): () => Promise<string> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "errand_" });
  const queued = new Gauge({
    name: "errand_executions",
    help: "Executions that are queued, running or waiting, by lane.",
    labelNames: ["status", "lane"],
    registers: [registry],
  });
  const oldest = new Gauge({
    name: "errand_queue_oldest_seconds",
    help: "Age of the execution that has been due for longest, by lane.",
    labelNames: ["lane"],
    registers: [registry],
  });
  const workers = new Gauge({
    name: "errand_workers",
    help: "Worker processes with a live lease.",
    registers: [registry],
  });
  return async () => {
    const counts = await countQueues(core.db);
    queued.reset();
    oldest.reset();
    for (const { status, lane, count } of counts.executions) queued.set({ status, lane }, count);
    for (const { lane, seconds } of counts.oldest) oldest.set({ lane }, seconds);
    workers.set(counts.workers);
    return await registry.metrics();
  };
}
