/** How many filters are set; the text stands apart in the search field. */
export function countFilters({ q: _, ...others }: { readonly q?: string | undefined }): number {
  return Object.values(others).filter((value) => value !== undefined).length;
}
