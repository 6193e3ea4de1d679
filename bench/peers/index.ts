import path from "node:path";
import { createProcessSubject, readPackageVersion } from "../child.ts";
import type { Subject } from "../subject.ts";

/** The systems Errand is compared with, in the order in which a round runs them. */
export function createPeers(): Subject[] {
  return [
    createProcessSubject({
      name: "Restate",
      version: readPackageVersion("@restatedev/restate-server"),
      usesPostgres: false,
      script: path.join(import.meta.dirname, "restate.ts"),
    }),
    createProcessSubject({
      name: "DBOS",
      version: readPackageVersion("@dbos-inc/dbos-sdk"),
      usesPostgres: true,
      script: path.join(import.meta.dirname, "dbos.ts"),
    }),
  ];
}
