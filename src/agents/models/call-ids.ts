import { generateId, wrapLanguageModel } from "ai";
import type { SdkModel } from "./sdk-models.ts";

/** Gives each tool call of one answer an id of its own. */
export interface CallIds {
  /** For a call that is there as a whole, or whose beginning was not told. */
  next(id: string): string;
  /** For a call whose arguments begin to come. */
  begin(id: string): string;
  /** For a call that is complete: what its beginning got. Of several with one id, those that began first end first. */
  end(id: string): string;
}

/** Ids stay as the provider wrote them; a repeated one gets a number, and an empty one is replaced. */
export function createCallIds(): CallIds {
  const taken = new Set<string>();
  /** How often each id came. With a search from 2 each time an answer of thousands of calls would block the process. */
  const copies = new Map<string, number>();
  const open = new Map<string, string[]>();

  function next(id: string): string {
    const wanted = id.trim() === "" ? generateId() : id;
    let own = wanted;
    let copy = copies.get(wanted) ?? 1;
    for (; taken.has(own); own = `${wanted}_${copy}`) copy += 1;
    copies.set(wanted, copy);
    taken.add(own);
    return own;
  }

  return {
    next,
    begin(id) {
      const own = next(id);
      const waiting = open.get(id);
      if (waiting === undefined) open.set(id, [own]);
      else waiting.push(own);
      return own;
    },
    end: (id) => open.get(id)?.shift() ?? next(id),
  };
}

/**
 * The same model with distinct ids in its whole answers. The library looks calls up by their id: where a server gives all
 * of them one, or an empty one, the first would be carried out several times and the others never. Streams are seen to by
 * `tapStream`.
 */
export function separateCalls(model: SdkModel): SdkModel {
  return wrapLanguageModel({
    model,
    middleware: {
      async wrapGenerate({ doGenerate }) {
        const ids = createCallIds();
        const result = await doGenerate();
        const content = result.content.map((part) =>
          part.type === "tool-call" ? { ...part, toolCallId: ids.next(part.toolCallId) } : part,
        );
        return { ...result, content };
      },
    },
  });
}
