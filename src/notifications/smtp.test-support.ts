import { createServer, type Socket } from "node:net";

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers and body as they came, without the dots that SMTP adds. */
  readonly data: string;
}

export interface TestSmtpServer {
  readonly url: string;
  readonly mails: readonly ReceivedMail[];
  /** Refuses the next mails for good, or takes them again. */
  refuse(on: boolean): void;
  close(): Promise<void>;
}

/** A mail server on a port of its own that keeps what it is given. */
export async function startSmtpServer(): Promise<TestSmtpServer> {
  const mails: ReceivedMail[] = [];
  const sockets = new Set<Socket>();
  let refusing = false;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    serve(socket, mails, () => refusing);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the mail server has no port");
  return {
    url: `smtp://127.0.0.1:${address.port}`,
    mails,
    refuse(on) {
      refusing = on;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function serve(socket: Socket, mails: ReceivedMail[], isRefusing: () => boolean): void {
  let buffer = "";
  let inData = false;
  let from = "";
  let to: string[] = [];
  const reply = (line: string) => socket.write(`${line}\r\n`);
  reply("220 test");
  socket.on("data", (chunk) => {
    buffer += chunk.toString("utf8");
    for (;;) {
      const end = inData ? buffer.indexOf("\r\n.\r\n") : buffer.indexOf("\r\n");
      if (end === -1) return;
      const part = buffer.slice(0, end);
      buffer = buffer.slice(end + (inData ? 5 : 2));
      if (inData) {
        inData = false;
        mails.push({ from, to, data: part.replaceAll("\r\n..", "\r\n.") });
        reply("250 taken");
      } else {
        handleLine(part);
      }
    }
  });

  function handleLine(line: string): void {
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === "MAIL") {
      from = /<(.*)>/.exec(line)?.[1] ?? "";
      to = [];
      reply(isRefusing() ? "550 no mail today" : "250 ok");
    } else if (verb === "RCPT") {
      to.push(/<(.*)>/.exec(line)?.[1] ?? "");
      reply("250 ok");
    } else if (verb === "DATA") {
      inData = true;
      reply("354 go on");
    } else if (verb === "QUIT") {
      reply("221 bye");
      socket.end();
    } else reply("250 ok");
  }
}
