import type { Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";

/** One line of the palette. */
export interface Item {
  /** Unique in the palette. */
  readonly id: string;
  readonly label: ReactNode;
  readonly icon: Icon;
  readonly hint?: string;
  readonly keys?: string | undefined;
  run(): void;
}

export interface ItemGroup {
  readonly heading: string;
  readonly items: readonly Item[];
}
