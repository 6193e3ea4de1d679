import type { VisitorMessage } from "../../api/generated/model";

/** Messages of one side within this time stand together. */
const groupMs = 5 * 60_000;

interface Arranged {
  readonly message: VisitorMessage;
  /** Above the first of a day: which. */
  readonly day: string | null;
  /** Whether it begins and ends a group, which has one name and one time. */
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** Messages with what depends on their neighbours. Days are those of the reader's zone. */
export function arrange(messages: readonly VisitorMessage[], timezone: string): readonly Arranged[] {
  const format = new Intl.DateTimeFormat("en-GB", {
    ...{ weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: timezone },
  });
  const days = messages.map(({ createdAt }) => format.format(new Date(createdAt)));
  const together = (at: number) => {
    const [one, other] = [messages[at - 1], messages[at]];
    return (
      one !== undefined &&
      other !== undefined &&
      one.author.kind === other.author.kind &&
      days[at - 1] === days[at] &&
      Date.parse(other.createdAt) - Date.parse(one.createdAt) < groupMs
    );
  };
  return messages.map((message, at) => ({
    message,
    day: days[at] === days[at - 1] ? null : (days[at] ?? null),
    isFirst: !together(at),
    isLast: !together(at + 1),
  }));
}
