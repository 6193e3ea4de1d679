import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/**
 * Stands between a process and the database. `away` makes it accept connections and break them at once; `silent` makes it
 * keep them and pass nothing on, as a server does that hangs.
 */
export async function startProxy(target: URL) {
  const state = { away: false, silent: false, attempts: 0, together: 0, mostTogether: 0 };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    state.attempts += 1;
    state.together += 1;
    state.mostTogether = Math.max(state.mostTogether, state.together);
    socket.on("error", () => undefined);
    socket.on("close", () => {
      state.together -= 1;
      sockets.delete(socket);
    });
    if (state.away) {
      // Late enough for a second loop of tries, if there were one, to be seen beside the first.
      setTimeout(() => socket.destroy(), 20);
      return;
    }
    const upstream = connect(Number(target.port), target.hostname);
    upstream.on("error", () => socket.destroy());
    upstream.on("close", () => socket.destroy());
    socket.on("close", () => upstream.destroy());
    socket.on("data", (data) => {
      if (!state.silent) upstream.write(data);
    });
    upstream.on("data", (data) => {
      if (!state.silent) socket.write(data);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const url = new URL(target);
  url.hostname = "127.0.0.1";
  url.port = String(port);
  return {
    state,
    url: url.href,
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
