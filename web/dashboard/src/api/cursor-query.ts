/** How every list's query goes on: hand it over as `{ query: cursorQuery }`. */
export const cursorQuery = {
  initialPageParam: undefined,
  getNextPageParam: (page: { readonly nextCursor: string | null }) => page.nextCursor ?? undefined,
} as const;
