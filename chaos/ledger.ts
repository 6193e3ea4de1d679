import { createServer } from "node:http";

/** One call that reached the outside world. */
export interface LedgerCall {
  readonly executionId: string;
  readonly name: string;
  readonly attempt: number;
  readonly key: string;
}

/**
 * The world outside the database: an HTTP server that writes down every call, so that side effects can be counted
 * whatever becomes of the processes that make them.
 */
export interface Ledger {
  readonly url: string;
  calls(executionId: string, name?: string): readonly LedgerCall[];
  /** What calls of this name are answered. Default `"ok"`. */
  answer(executionId: string, name: string, output: unknown): void;
  /** Calls of this name are never answered. */
  hang(executionId: string, name: string): void;
  /** They are answered again. */
  mend(executionId: string, name: string): void;
  close(): Promise<void>;
}

export async function startLedger(): Promise<Ledger> {
  const all: LedgerCall[] = [];
  const answers = new Map<string, unknown>();
  const hanging = new Set<string>();
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const call = JSON.parse(body) as LedgerCall;
    all.push(call);
    const place = `${call.executionId} ${call.name}`;
    if (hanging.has(place)) return;
    response.end(JSON.stringify({ output: answers.has(place) ? answers.get(place) : "ok" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the ledger has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    calls: (executionId, name) =>
      all.filter((call) => call.executionId === executionId && (name === undefined || call.name === name)),
    answer: (executionId, name, output) => answers.set(`${executionId} ${name}`, output),
    hang: (executionId, name) => hanging.add(`${executionId} ${name}`),
    mend: (executionId, name) => hanging.delete(`${executionId} ${name}`),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
