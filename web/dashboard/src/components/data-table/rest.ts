/**
 * By how many rows a list that changed must be scrolled so that what is on the screen stays where it is. A row that went
 * to the top has moved by less than those that stay, so the largest move is that of the first that does. `first` and
 * `last` are the places on the screen before.
 */
export function countShift(
  before: readonly string[],
  after: readonly string[],
  { first, last }: { readonly first: number; readonly last: number },
): number {
  const places = new Map(after.map((id, place) => [id, place]));
  const shifts = before.slice(first, last + 1).flatMap((id, offset) => {
    const place = places.get(id);
    return place === undefined ? [] : [place - first - offset];
  });
  return shifts.length === 0 ? 0 : Math.max(...shifts);
}
