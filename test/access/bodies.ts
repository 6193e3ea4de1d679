import type { IdKind } from "../../src/base/ids.ts";
import type { IdField } from "./operations.ts";

type Path = IdField["path"];

/** A copy of `body` in which every id that stands there is replaced by one that `make` answers for its kind. */
export async function fillIds(
  body: unknown,
  fields: readonly IdField[],
  make: (kind: IdKind) => Promise<string>,
): Promise<unknown> {
  let filled = body;
  for (const { path, kind } of fields) {
    if (typeof readAt(body, path) === "string") filled = valueAt(filled, path, await make(kind));
  }
  return filled;
}

/** A copy of `body` with `value` at the path; what lies on the way there is made if it is missing. */
export function valueAt(body: unknown, path: Path, value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (step === 0) return [valueAt(readAt(body, [0]), rest, value)];
  const object = (typeof body === "object" && body !== null ? body : {}) as Readonly<Record<string, unknown>>;
  return { ...object, [step]: valueAt(object[step], rest, value) };
}

function readAt(body: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, step) => (typeof value === "object" && value !== null ? Reflect.get(value, step) : undefined),
    body,
  );
}
