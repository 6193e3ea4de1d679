import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";

/** What a contact's page knows of the answer that it watches being written. */
export interface WatchedReply {
  /** Pieces that came; each may hold several of the model's. */
  pieces: number;
  /** The preview so far, put together as the API's description says. */
  text: string;
  /** Pieces that did not begin where the text ended, or that came twice. */
  misplaced: number;
  /** The answers that were stored: one if all is well. */
  stored: readonly string[];
}

export interface VisitorStream {
  readonly reply: WatchedReply;
  close(): void;
}

type Data = {
  messageId?: string;
  offset?: number;
  text?: string;
  message?: { direction: string; text: string };
};

/** Each stream has a connection of its own, as each contact's browser has. */
const agent = new Agent({ keepAlive: false });

/** Opens a contact's event stream and keeps count of its answer; `onPiece` is called for each piece, `onStored` once. */
export async function openVisitorStream(
  port: number,
  token: string,
  on: { piece(): void; stored(): void },
): Promise<VisitorStream> {
  const sent = request({
    ...{ agent, host: "127.0.0.1", port, path: "/web/v1/events" },
    headers: { authorization: `Bearer ${token}` },
  });
  sent.end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`a contact's stream was answered ${response.statusCode}`);
  const stored: string[] = [];
  const reply = { pieces: 0, text: "", misplaced: 0, stored };
  let rest = "";
  response.setEncoding("utf8").on("data", (text: string) => {
    const blocks = (rest + text).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) take(block);
  });
  // An end shows in what is missing of the reply.
  response.on("error", () => undefined);

  function take(block: string): void {
    const at = block.indexOf("data: ");
    if (at === -1) return;
    const data = JSON.parse(block.slice(at + "data: ".length)) as Data;
    if (data.offset !== undefined && data.text !== undefined) {
      reply.pieces++;
      if (data.offset === reply.text.length) reply.text += data.text;
      else reply.misplaced++;
      on.piece();
    } else if (data.message?.direction === "out") {
      stored.push(data.message.text);
      on.stored();
    }
  }
  return { reply, close: () => response.destroy() };
}
