import { changeIn, isAnswerOf } from "./kept-rules.ts";
import { addressOf } from "./live/rules.ts";
import { queryClient } from "./query-client.ts";

/** What was shown before a change. */
interface Foreseen {
  /** Makes the answers what they were. */
  takeBack(): void;
}

/**
 * Changes the objects of a collection (`/v1/agents`) wherever they are shown, before the server has answered; null takes
 * one away from lists. Answers under way are dropped, since they were made before the change and would undo it.
 */
export async function foreseeChange<T extends { readonly id: string }>(
  collection: string,
  change: (item: T) => T | null,
): Promise<Foreseen> {
  const filter = {
    predicate: ({ queryKey }: { readonly queryKey: readonly unknown[] }) =>
      isAnswerOf(collection, addressOf(queryKey)),
  };
  await queryClient.cancelQueries(filter);
  const before = queryClient.getQueriesData(filter);
  queryClient.setQueriesData(filter, (answer: unknown) => changeIn(answer, change));
  return {
    takeBack() {
      for (const [key, answer] of before) queryClient.setQueryData(key, answer);
    },
  };
}

/** Asks again for everything under a collection's address. */
export function askAgain(collection: string): void {
  void queryClient.invalidateQueries({
    predicate: ({ queryKey }) => addressOf(queryKey)?.startsWith(collection) === true,
  });
}
