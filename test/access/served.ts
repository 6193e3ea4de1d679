import type { FastifyInstance } from "fastify";

/**
 * Everything that a server answers, as `GET /v1/tasks/{taskId}`. HEAD is left out, since it comes with every GET. Read
 * from Fastify's picture of its routes, the only list of them that it gives away after the start.
 */
export function servedOperations(app: FastifyInstance): readonly string[] {
  const above: string[] = [];
  return app
    .printRoutes({ commonPrefix: false })
    .split("\n")
    .flatMap((line) => {
      const [, indent = "", part = "", methods = ""] = /^(.*)[├└]── (\S+)(?: \((.+)\))?$/.exec(line) ?? [];
      if (part === "") return [];
      const depth = indent.length / 4;
      const path = `${above[depth - 1] ?? ""}${part}`;
      above[depth] = path;
      const known = methods.split(", ").filter((method) => method !== "" && method !== "HEAD");
      return known.map((method) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
    });
}
