interface PageOf {
  readonly items: readonly unknown[];
}

/** Whether the answer under an address is a list of a collection's objects or one of them, and nothing below these. */
export function isAnswerOf(collection: string, address: string | undefined): boolean {
  if (address === undefined || !address.startsWith(collection)) return false;
  return /^(\/[a-z]+_[0-9a-z]{26})?$/.test(address.slice(collection.length));
}

/** An answer in whichever of the three forms it is kept (pages, a page, one object) with its objects changed. */
export function changeIn<T extends { readonly id: string }>(
  answer: unknown,
  change: (item: T) => T | null,
): unknown {
  if (!isObject(answer)) return answer;
  if (Array.isArray(answer.pages))
    return { ...answer, pages: answer.pages.map((page: PageOf) => changePage(page, change)) };
  if (Array.isArray(answer.items)) return changePage(answer as unknown as PageOf, change);
  // What is deleted stays on its own page until the server has done so.
  return change(answer as unknown as T) ?? answer;
}

function changePage<T>(page: PageOf, change: (item: T) => T | null): PageOf {
  return { ...page, items: page.items.map((item) => change(item as T)).filter((item) => item !== null) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
