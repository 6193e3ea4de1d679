import { z } from "zod";
import { changeKinds } from "../../base/change.ts";
import { pause } from "../../base/clock.ts";
import { headerOf } from "../../base/credentials.ts";
import { type Caller, type LiveEvent, type Route, route } from "../../base/route.ts";
import { createLiveHub, type LiveCore, type LiveHub, type News } from "./hub.ts";
import { readTopic, type Topic, topicsInWords } from "./topics.ts";

/** Changes of so long travel together: a run changes its task and its execution several times a second. */
const gatherMs = 200;
/** Of so long, behind an event that names no objects: whole lists are read for it. */
const gatherManyMs = 1_000;
/** A loss makes a client ask for everything; when signals are lost again and again it does so this often. */
const lossesEveryMs = 2_000;
const mostTopics = 100;

const topics = z
  .string()
  .transform((value, context): readonly Topic[] => {
    const names = value.split(",");
    const fail = (code: string, message: string) => {
      context.addIssue({ code: "custom", message, params: { code } });
      return z.NEVER;
    };
    if (value === "" || names.length > mostTopics)
      return fail("out_of_range", `must name 1 to ${mostTopics} topics, separated by commas`);
    const read = names.map(readTopic);
    const fault = read.find((topic) => "fault" in topic);
    if (fault !== undefined) return fail("topic_unknown", fault.fault);
    return read.flatMap((topic) => ("fault" in topic ? [] : [topic]));
  })
  .meta({
    description: `1 to ${mostTopics} topics, separated by commas. Each is ${topicsInWords}. \`workspace\` stands for its settings, members, invitations, API keys, model providers, tools and knowledge.`,
    example: "tasks,executions,conversation:conv_01k3v8q5x8e7arf4s2m6t9c0wd",
  });

const changesOut = z.object({
  changes: z.array(
    z.object({
      topic: z.string().meta({ description: "As it was asked for", example: "tasks" }),
      kind: z.enum(changeKinds),
      ids: z.array(z.string()).nullable().meta({
        description: "What was made, changed or deleted; null: anything of the topic may have been",
      }),
    }),
  ),
});

/** `/v1/events`: which objects have changed, for clients that show them. One stream is enough for all of them. */
export function liveRoute(core: LiveCore): Route {
  const hub = createLiveHub(core);
  return route({
    method: "GET",
    path: "/v1/events",
    operationId: "streamEvents",
    tag: "Live updates",
    summary: "Follow what changes",
    description:
      "Server-sent events. They name what changed and do not say how: read it again. `ready` comes first. `changed` names objects that were made, changed or deleted; what happens within 200 ms comes together. `reset` says that changes may have been missed: read everything again. Who comes back with `Last-Event-ID` gets `changed` with what it missed, or `reset` if that is not known any more. A stream ends after 30 minutes; come back.",
    scope: "read",
    query: z.strictObject({ topics }),
    response: z.union([changesOut, z.strictObject({})]),
    stream: ({ query, caller, headers, signal }) =>
      follow(hub, core, { caller, topics: query.topics, after: headerOf(headers, "last-event-id"), signal }),
  });
}

interface Following {
  readonly caller: Caller;
  readonly topics: readonly Topic[];
  readonly after: string | undefined;
  readonly signal: AbortSignal;
}

async function* follow(
  hub: LiveHub,
  { clock }: LiveCore,
  { caller, topics: watched, after, signal }: Following,
): AsyncGenerator<LiveEvent> {
  const subscription = hub.subscribe(caller, watched, after);
  const close = () => subscription.close();
  signal.addEventListener("abort", close, { once: true });
  let lostAt = Number.NEGATIVE_INFINITY;
  try {
    // What was missed is said at once, also that it is nothing.
    let news: News | undefined = subscription.take() ?? noChanges;
    if (after === undefined) yield { id: subscription.position, event: "ready", data: {} };
    else yield toEvent(news, subscription.position);
    while (!subscription.isOver) {
      if (news?.kind === "lost") lostAt = clock.monotonicMs();
      await pause(clock, news !== undefined && isWide(news) ? gatherManyMs : gatherMs, signal);
      await subscription.wait();
      const tooSoon = lostAt + lossesEveryMs - clock.monotonicMs();
      if (subscription.isLost && tooSoon > 0) await pause(clock, tooSoon, signal);
      if (subscription.isOver) return;
      news = subscription.take();
      if (news !== undefined) yield toEvent(news, subscription.position);
    }
  } finally {
    signal.removeEventListener("abort", close);
    subscription.close();
  }
}

/** True if it names no objects of a topic. */
function isWide(news: News): boolean {
  return news.kind === "changes" && news.changes.some(({ ids }) => ids === null);
}

const noChanges: News = { kind: "changes", changes: [] };

function toEvent(news: News, id: string): LiveEvent {
  if (news.kind === "lost") return { id, event: "reset", data: {} };
  return { id, event: "changed", data: { changes: news.changes } };
}
