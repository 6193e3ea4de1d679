import { readFileSync } from "node:fs";
import path from "node:path";
import { createProcessSubject } from "../child.ts";
import type { ErrandSubjects, Subject } from "../subject.ts";
import type { Submission } from "./throughput.ts";

/** Errand as it lies in this directory. */
export function createErrand(): ErrandSubjects {
  const version = readVersion();
  const create = (name: string, submission: Submission): Subject =>
    createProcessSubject({
      name,
      version,
      usesPostgres: true,
      script: path.join(import.meta.dirname, "throughput.ts"),
      args: [submission],
    });
  return { together: create("Errand", "together"), oneByOne: create("Errand, one by one", "one by one") };
}

function readVersion(): string {
  const file = path.join(import.meta.dirname, "..", "..", "package.json");
  const { version } = JSON.parse(readFileSync(file, "utf8")) as { version: string };
  return version;
}
