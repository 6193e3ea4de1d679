import { once } from "node:events";
import { createServer } from "node:http2";
import { type Context, createEndpointHandler, service } from "@restatedev/restate-sdk";
import { connect } from "@restatedev/restate-sdk-clients";
import { systemClock } from "../../src/base/clock.ts";
import { runClosedLoop } from "../closed-loop.ts";
import { buildStepPayload, type Figures, type Load } from "../subject.ts";
import { startRestateServer } from "./restate-server.ts";

const bench = service({
  name: "bench",
  handlers: {
    run: async (context: Context, steps: number): Promise<number> => {
      let made = 0;
      while (made < steps) {
        await context.run("step", async () => buildStepPayload());
        made++;
      }
      return made;
    },
  },
});

/**
 * Runs the load in this process with Restate: a server of its own under `load.directory`, the service over
 * HTTP/2 (both directions at once, as Restate recommends), calls through the ingress.
 */
async function runRestate(load: Load): Promise<Figures> {
  const endpoint = createServer(createEndpointHandler({ services: [bench], logger: () => undefined }));
  endpoint.listen(0, "127.0.0.1");
  await once(endpoint, "listening");
  const address = endpoint.address();
  if (address === null || typeof address === "string") throw new Error("the endpoint has no port");
  await using server = await startRestateServer(load.directory);
  await server.register(`http://127.0.0.1:${address.port}`);
  const client = connect({ url: server.ingressUrl }).serviceClient(bench);
  return await runClosedLoop(load, systemClock.monotonicMs, async () => client.run(load.steps));
}

if (import.meta.main) {
  const load = JSON.parse(process.argv[2] ?? "") as Load;
  const figures = await runRestate(load);
  // Connections of the stopped server keep the endpoint open; there is nothing left to wait for.
  process.stdout.write(`${JSON.stringify(figures)}\n`, () => process.exit(0));
}
