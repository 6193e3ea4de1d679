import { expect, it } from "vitest";
import { checkExplained } from "./dependencies.ts";

it("finds packages without a reason, and reasons without a package", () => {
  const page =
    "**pg.** The driver.\n\n**@types/node, @types/pg.** Types.\n\n**typescript** is for tools. **left-pad.** No.";
  const manifests = [
    { dependencies: { pg: "8", kysely: "1" } },
    { devDependencies: { "@types/node": "26", "@types/pg": "8", typescript: "6" } },
  ];
  expect(checkExplained(page, manifests)).toEqual([
    "docs/decisions/dependencies.md does not say why kysely is here",
    "docs/decisions/dependencies.md explains left-pad, which is no dependency",
  ]);
});
