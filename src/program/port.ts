import { createServer } from "node:net";

/** The address cannot be listened on; the message says what to do. */
export class PortError extends Error {
  override readonly name = "PortError";
}

/**
 * Tries the address before anything else is started, so that a port in use is a sentence and not a half start.
 * Answers the port, which for 0 is a free one.
 */
export async function probePort(host: string, port: number): Promise<number> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port, exclusive: true }, resolve);
    });
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : port;
  } catch (error) {
    throw explainListenError(error, host, port);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

/** A sentence for what listening can fail with; anything else is answered as it is. */
export function explainListenError(error: unknown, host: string, port: number): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "EADDRINUSE":
      return new PortError(
        `Port ${port} on ${host} is in use. Stop what uses it, or choose another one with ERRAND_PORT.`,
      );
    case "EACCES":
      return new PortError(
        `This account may not listen on port ${port}. Choose one above 1023 with ERRAND_PORT.`,
      );
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new PortError(
        `${host} is not an address of this machine. Set ERRAND_HOST to one that is, or to 0.0.0.0 for all.`,
      );
    default:
      return error;
  }
}
