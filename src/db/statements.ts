import { createHash } from "node:crypto";
import type pg from "pg";

/*
 * Queries that are built, and not written out, come as text and parameters. Two things make them cheaper. On two cores a
 * contact's message took 85 statements to its answer, a third of them questions that its transactions had asked before.
 */

/** Gives statements that come again and again a name, so that each connection parses them once. */
export interface StatementNames {
  nameOf(text: string): string | undefined;
}

/** Uses after which a statement is worth a name, and how many get one: each is kept by every connection. */
const usesUntilNamed = 10;
const mostNamed = 400;
/** Statements counted at once; of lists of ids there are endless variations. */
const mostCounted = 5_000;

export function createStatementNames(): StatementNames {
  const uses = new Map<string, number>();
  const names = new Map<string, string>();
  return {
    nameOf(text) {
      const known = names.get(text);
      if (known !== undefined) return known;
      if (names.size >= mostNamed) return undefined;
      const used = (uses.get(text) ?? 0) + 1;
      if (used < usesUntilNamed) {
        if (uses.size >= mostCounted) uses.clear();
        uses.set(text, used);
        return undefined;
      }
      uses.delete(text);
      const name = `b_${createHash("sha256").update(text).digest("hex").slice(0, 24)}`;
      names.set(text, name);
      return name;
    },
  };
}

/** Answers a question that was asked before in the same transaction, as long as nothing can have changed the answer. */
export interface ReadOnce {
  /** The answer to this very question, where it may be used again; else what `ask` answers. */
  read(text: string, values: readonly unknown[], ask: () => Promise<pg.QueryResult>): Promise<pg.QueryResult>;
  /** To be called with every other statement: it may write, or wait for a lock. */
  forget(): void;
}

/** After these what was read before may be different: they wait for others, or write. */
const mayMeetChanges = /\bfor (update|no key update|share|key share)\b|\b(pg_\w+|set_config|nextval)\s*\(/i;
/** Each time another answer. */
const varies = /\b(clock_timestamp|now|random|find_\w+|count_\w+|search_\w+)\s*\(/i;

export function createReadOnce(): ReadOnce {
  const answers = new Map<string, Promise<pg.QueryResult>>();
  return {
    read(text, values, ask) {
      if (!text.startsWith("select ") || mayMeetChanges.test(text)) {
        answers.clear();
        return ask();
      }
      if (varies.test(text)) return ask();
      const question = `${text} ${JSON.stringify(values)}`;
      const known = answers.get(question);
      if (known !== undefined) return known;
      const asked = ask();
      answers.set(question, asked);
      return asked;
    },
    forget: () => answers.clear(),
  };
}
