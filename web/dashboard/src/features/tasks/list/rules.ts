import type {
  ListTasksHasFailed,
  ListTasksParams,
  ListTasksScheduled,
  Task,
} from "../../../api/generated/model";
import type { Tone } from "../../../components/pill.tsx";

/** The filters of the list as its address has them. */
export interface TaskSearch {
  readonly q?: string;
  readonly state?: Task["state"];
  readonly agentId?: string;
  readonly contactId?: string;
  readonly hasFailed?: boolean;
  readonly scheduled?: boolean;
}

/** The filters as the API takes them; what an address has instead of a flag goes there too, to be refused by name. */
export function toParams({ hasFailed, scheduled, ...texts }: TaskSearch): ListTasksParams {
  return {
    ...texts,
    ...(hasFailed === undefined ? {} : { hasFailed: String(hasFailed) as ListTasksHasFailed }),
    ...(scheduled === undefined ? {} : { scheduled: String(scheduled) as ListTasksScheduled }),
  };
}

/** One execution as far as a bar shows it. */
export interface Bar {
  readonly tone: Tone;
  /** "Message sent". */
  readonly word: string;
  readonly hasEnded: boolean;
}

/** "8 of 10 succeeded, last: Message sent". `bars` are newest first; what has not ended is counted apart. */
export function describeBars(bars: readonly Bar[]): string {
  const ended = bars.filter(({ hasEnded }) => hasEnded);
  const underWay = bars.length - ended.length;
  const running = underWay === 0 ? [] : [`${underWay} under way`];
  const [last] = ended;
  if (last === undefined) return running[0] ?? "No executions yet";
  const succeeded = ended.filter(({ tone }) => tone === "green").length;
  return [`${succeeded} of ${ended.length} succeeded`, `last: ${last.word}`, ...running].join(", ");
}
