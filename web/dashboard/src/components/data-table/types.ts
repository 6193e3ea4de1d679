import type { ReactNode } from "react";

/** One column; `T` is the row. */
export interface Column<T> {
  readonly key: string;
  /** Shown above it; also its name for assistive technology. */
  readonly header: string;
  /** CSS width; the columns without one share what is left. */
  readonly width?: number | string;
  readonly align?: "left" | "right" | "center";
  /** Left out on screens narrower than this, in pixels, and where the Phone leaves no more. The first column always stays. */
  readonly from?: 600 | 900 | 1000 | 1200;
  /** True: its cells are the link to the row's page, and hold no other. For one column of a table that has `linkOf`. */
  readonly isLink?: boolean;
  render(row: T): ReactNode;
}

/** An entry of a row's menu or of the bar for several rows. */
export interface RowAction<T> {
  readonly key: string;
  readonly label: string;
  readonly icon?: ReactNode;
  readonly isDangerous?: boolean;
  /** False hides it for this row. */
  isOffered?(row: T): boolean;
  run(row: T): void;
}

export interface BulkAction<T> {
  readonly key: string;
  readonly label: string;
  readonly icon?: ReactNode;
  readonly isDangerous?: boolean;
  /** False: nothing was done, for instance since a question was answered with no; the rows stay selected. */
  run(rows: readonly T[]): void | Promise<void> | Promise<boolean>;
}

/** What the table reads; made by `useCursorList` or by hand for short lists. */
export interface Rows<T> {
  readonly items: readonly T[];
  /** True until the first answer. */
  readonly isLoading: boolean;
  readonly error: unknown;
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  /** The rows are those of other filters and give way in a moment. */
  readonly isOutdated?: boolean;
  loadMore(): void;
  retry(): void;
}
