import type { ListContactsOptedOut, ListContactsParams } from "../../../api/generated/model";

/** The filters of the list as its address has them. */
export interface ContactSearch {
  readonly q?: string;
  readonly tag?: string;
  readonly language?: string;
  readonly optedOut?: boolean;
}

/** The filters as the API takes them; what an address has instead of a flag goes there too, to be refused by name. */
export function toParams({ optedOut, ...texts }: ContactSearch): ListContactsParams {
  return {
    ...texts,
    ...(optedOut === undefined ? {} : { optedOut: String(optedOut) as ListContactsOptedOut }),
  };
}
