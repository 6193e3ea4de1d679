import { UnstyledButton } from "@mantine/core";
import { IconRepeat } from "@tabler/icons-react";
import classes from "./calendar.module.css";
import { type Lines, wordsOfFolded } from "./rules.ts";

interface FoldedLineProps extends Pick<Lines, "folded" | "more"> {
  onOpen(): void;
}

/** The last line of a day that has more tasks than lines; it opens the day. */
export function FoldedLine({ folded, more, onOpen }: FoldedLineProps) {
  if (folded.length === 0 && more === 0) return null;
  return (
    <UnstyledButton className={classes.more} onClick={onOpen}>
      {folded.length === 0 ? (
        `${more} more`
      ) : (
        <>
          <IconRepeat size={12} aria-hidden /> {wordsOfFolded(folded)}
        </>
      )}
    </UnstyledButton>
  );
}
