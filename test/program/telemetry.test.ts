import { afterAll, beforeAll, expect, it } from "vitest";
import { type Collector, startCollector } from "../collector.ts";
import { createPrograms, type Programs } from "../program.ts";
import { until } from "../until.ts";

let programs: Programs;
let collector: Collector;

beforeAll(async () => {
  programs = createPrograms();
  collector = await startCollector();
});

afterAll(async () => {
  await programs.close();
  await collector.close();
});

it("sends traces of what it does, counts it, and stops without a complaint", async () => {
  const program = await programs.start({
    dataDir: await programs.newDataDir(),
    env: { ERRAND_DEMO: "0", ERRAND_OTLP_ENDPOINT: collector.endpoint },
  });
  const answer = await fetch(`${program.url}/v1/tasks`, {
    headers: { authorization: `Bearer ${program.apiKey}` },
  });
  expect(answer.status).toBe(200);
  const counted = 'errand_http_request_duration_seconds_count{method="GET",route="/v1/tasks",status="200"} 1';
  // A request is counted when its answer is out.
  await until("the request's count", async () => {
    const metrics = await fetch(`${program.url}/metrics`);
    return (await metrics.text()).includes(counted);
  });
  expect(await program.stop("SIGTERM")).toEqual({ code: 0, signal: null });
  expect(collector.spans.map(({ name }) => name)).toEqual(["GET /v1/tasks"]);
  expect(collector.text()).not.toContain(program.apiKey);
  expect(program.complaints()).toEqual([]);
});
