import type { Icon } from "@tabler/icons-react";

/** Something that can be done or gone to from every page. */
export interface Command {
  readonly id: string;
  readonly label: string;
  readonly icon: Icon;
  readonly group: "Go to" | "Commands";
  /** Other words by which people look for it. */
  readonly words: string;
  /** Pressed one after the other, with a space between: "g t". Undefined: none. */
  readonly keys: string | undefined;
  run(): void;
}
