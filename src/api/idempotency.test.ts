import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { createTestApi, type Received, type TestApi } from "../../test/api.ts";
import { AppError, defineErrors } from "../base/errors.ts";
import { type Route, RouteResponse, route } from "../base/route.ts";
import { CommitUncertainError } from "../db/index.ts";
import { cleanKeys } from "./idempotency.ts";

const codes = defineErrors({ thing_broken: [409, "The thing is broken."], too_fast: [429, "Too fast."] });

let runs = 0;
/** What the handler does, one entry per run; afterwards it succeeds. */
let script: (() => Promise<void>)[] = [];

const common = { tag: "Things", summary: "A thing" } as const;
const routes: readonly Route[] = [
  route({
    ...common,
    scope: "write",
    method: "POST",
    path: "/v1/things",
    operationId: "createThing",
    status: 201,
    body: z.strictObject({ name: z.string() }),
    response: z.object({ run: z.number(), secret: z.string() }),
    handler: async () => {
      runs += 1;
      await script.shift()?.();
      return new RouteResponse(
        { run: runs, secret: "shown-once" },
        { headers: { location: `/v1/things/${runs}`, "set-cookie": ["a=b"] } },
      );
    },
  }),
  route({
    ...common,
    scope: "write",
    method: "POST",
    path: "/v1/things/clear",
    operationId: "clearThings",
    status: 204,
    response: z.undefined(),
    handler: async () => undefined,
  }),
];

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi(routes);
});
afterAll(async () => {
  await api.close();
});

function post(key: string, name = "a", path = "/v1/things"): Promise<Received> {
  return api.send("POST", path, { body: { name }, headers: { "idempotency-key": key } });
}

function fail(error: Error): () => Promise<void> {
  return async () => {
    throw error;
  };
}

/** A run that has begun and waits until it is let go. */
function hold(): { begun: Promise<void>; release: () => void } {
  const begun = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  script.push(async () => {
    begun.resolve();
    await released.promise;
  });
  return { begun: begun.promise, release: released.resolve };
}

test("the same key and body get the stored answer", async () => {
  const before = runs;
  const first = await post("same");
  const raw = '{ "name" :\n"a" }';
  const second = await api.send("POST", "/v1/things", { raw, headers: { "idempotency-key": "same" } });
  expect(runs).toBe(before + 1);
  expect([first.status, second.status]).toEqual([201, 201]);
  expect(second.body).toEqual(first.body);
  expect(second.headers.get("location")).toBe(first.headers.get("location"));
  expect(second.headers.get("content-type")).toBe("application/json; charset=utf-8");
  expect(first.headers.get("idempotency-replayed")).toBeNull();
  expect(second.headers.get("idempotency-replayed")).toBe("true");
  expect(first.headers.get("set-cookie")).toBe("a=b");
  expect(second.headers.get("set-cookie")).toBeNull();
});

test("an answer without a body is kept too", async () => {
  const options = { headers: { "idempotency-key": "empty" } };
  await api.send("POST", "/v1/things/clear", options);
  const again = await api.send("POST", "/v1/things/clear", options);
  expect([again.status, again.body, again.headers.get("idempotency-replayed")]).toEqual([204, "", "true"]);
});

test("another body or path under the same key is refused", async () => {
  await post("reused");
  for (const answer of [await post("reused", "b"), await post("reused", "a", "/v1/things?x=1")])
    expect(answer.status).toBe(422);
  expect((await post("reused", "b")).body).toMatchObject({ code: "idempotency_key_reused" });
});

test("two equal requests at once run once", async () => {
  const before = runs;
  const { begun, release } = hold();
  const first = post("both");
  await begun;
  const second = await post("both");
  expect([second.status, second.body]).toMatchObject([409, { code: "idempotency_key_in_progress" }]);
  expect(second.headers.get("retry-after")).toBe("1");
  release();
  expect((await first).status).toBe(201);
  expect((await post("both")).headers.get("idempotency-replayed")).toBe("true");
  expect(runs).toBe(before + 1);
});

test("of twenty at the very same moment one runs", async () => {
  const before = runs;
  const answers = await Promise.all(Array.from({ length: 20 }, () => post("twenty")));
  expect(runs).toBe(before + 1);
  expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true);
  expect(
    answers.filter(({ headers }) => headers.get("idempotency-replayed") === null && headers.get("location")),
  ).toHaveLength(1);
});

test("refusals are kept, our faults and rate limits are not, and faults in fields use up no key", async () => {
  script = [fail(new AppError(codes.thing_broken))];
  expect((await post("refused")).status).toBe(409);
  const refused = await post("refused");
  expect([refused.status, refused.body]).toMatchObject([409, { code: "thing_broken" }]);
  expect(refused.headers.get("content-type")).toBe("application/problem+json; charset=utf-8");

  script = [fail(new Error("crash")), fail(new AppError(codes.too_fast))];
  expect([(await post("crash")).status, (await post("crash")).status, (await post("crash")).status]).toEqual([
    500, 429, 201,
  ]);

  const headers = { "idempotency-key": "fields" };
  expect((await api.send("POST", "/v1/things", { body: {}, headers })).status).toBe(422);
  expect((await post("fields")).status).toBe(201);
});

const unknown = [409, { code: "idempotency_outcome_unknown", detail: expect.stringContaining("new key") }];

test("what was under way when its process died is never run again", async () => {
  const { begun, release } = hold();
  const lost = post("crashed");
  await begun;
  const before = runs;
  await setKey("crashed", "locked_until = now() - interval '1 second'");
  expect((await post("crashed", "b")).body).toMatchObject({ code: "idempotency_key_reused" });
  for (let count = 0; count < 2; count += 1) {
    const again = await post("crashed");
    expect([again.status, again.body]).toMatchObject(unknown);
    expect(again.headers.get("retry-after")).toBeNull();
  }
  expect(runs).toBe(before);
  // The first was not dead after all: from then on its answer is known.
  release();
  const answer = await lost;
  expect((await post("crashed")).body).toEqual(answer.body);
  await setKey("crashed", "created_at = now() - interval '25 hours'");
  expect((await post("crashed")).headers.get("idempotency-replayed")).toBeNull();
});

test("what may have been stored is never run again", async () => {
  script = [fail(new CommitUncertainError("the connection broke during a commit"))];
  const first = await post("uncertain");
  expect([first.status, first.body]).toMatchObject([503, { code: "commit_uncertain" }]);
  const before = runs;
  const again = await post("uncertain");
  expect([again.status, again.body]).toMatchObject(unknown);
  expect((await post("uncertain", "b")).body).toMatchObject({ code: "idempotency_key_reused" });
  expect(runs).toBe(before);
});

test("an answer that could not be kept does not let the request run again", async () => {
  // Another time is another claim, as if the row had not been there to be changed.
  script = [() => setKey("unkept", "created_at = created_at - interval '1 minute', locked_until = now()")];
  expect((await post("unkept")).status).toBe(201);
  const before = runs;
  expect((await post("unkept")).body).toMatchObject({ code: "idempotency_outcome_unknown" });
  expect(runs).toBe(before);
});

test("after a day a key is new, and is cleaned away", async () => {
  const first = await post("old");
  await setKey("old", "created_at = now() - interval '25 hours'");
  expect((await post("old", "b")).body).not.toEqual(first.body);
  await setKey("old", "created_at = now() - interval '25 hours'");
  const kept = await countKeys();
  expect(await cleanKeys(api.core)).toBe(1);
  expect(await countKeys()).toBe(kept - 1);
});

test("answers are sealed at rest", async () => {
  await post("sealed");
  const { rows } = await api.core.db.system((tx) =>
    tx.query<{ body: string; headers: unknown }>({
      text: "select body, headers from idempotency_keys where key = 'sealed'",
    }),
  );
  expect(rows[0]?.body.length).toBeGreaterThan(0);
  expect(Buffer.from(rows[0]?.body ?? "", "base64").toString("utf8")).not.toContain("shown-once");
  expect(JSON.stringify(rows[0]?.headers)).not.toContain("a=b");
});

test("another workspace may use the same key", async () => {
  await post("shared");
  const other = await createTestApi(routes, { core: { ...api.core, close: async () => undefined } });
  const answer = await other.send("POST", "/v1/things", {
    body: { name: "b" },
    headers: { "idempotency-key": "shared" },
  });
  expect(answer.status).toBe(201);
  await other.close();
});

test("a key is 1 to 255 printable characters", async () => {
  expect((await post("x".repeat(255))).status).toBe(201);
  for (const key of ["x".repeat(256), "a\tb", "é", ""])
    expect((await post(key)).body, key).toMatchObject({ status: 400, code: "idempotency_key_invalid" });
});

async function setKey(key: string, change: string): Promise<void> {
  const { rowCount } = await api.core.db.system((tx) =>
    tx.query({ text: `update idempotency_keys set ${change} where key = $1`, values: [key] }),
  );
  expect(rowCount).toBe(1);
}

async function countKeys(): Promise<number> {
  const { rows } = await api.core.db.system((tx) =>
    tx.query<{ count: number }>({ text: "select count(*) as count from idempotency_keys" }),
  );
  return Number(rows[0]?.count);
}
