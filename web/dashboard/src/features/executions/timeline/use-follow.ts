import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Journal } from "./use-journal.ts";

/** With more than this before the end, what lies between is left out rather than loaded. */
const nearSteps = 300;
const endPixels = 60;

interface FollowOptions {
  readonly journal: Journal;
  readonly isLive: boolean;
  /** Whether it begins at the end of what is written. */
  readonly begins: boolean;
  scroller(): HTMLElement | null;
  /** Changes whenever the timeline grew. */
  readonly size: number;
}

/** Keeps the end of a journal in view while it is written, until one scrolls back. */
export function useFollow({ journal, isLive, begins, scroller, size }: FollowOptions) {
  const [isWanted, setWanted] = useState(begins);
  const isFollowing = isWanted && isLive;
  const { steps, lastSeq, hasLater, isBusy, loadLater, jumpTo } = journal;
  const lastLoaded = steps.at(-1)?.seq ?? 0;

  useEffect(() => {
    if (!isFollowing || isBusy || !hasLater) return;
    if (lastSeq - lastLoaded > nearSteps) jumpTo(lastSeq);
    else loadLater();
  }, [isFollowing, isBusy, hasLater, lastSeq, lastLoaded, jumpTo, loadLater]);

  useLayoutEffect(() => {
    const element = scroller();
    if (isFollowing && element !== null && size > 0) element.scrollTop = element.scrollHeight;
  }, [isFollowing, size, scroller]);

  const before = useRef(0);
  useEffect(() => {
    const element = scroller();
    if (element === null || !isLive) return;
    const onScroll = () => {
      const { scrollTop, scrollHeight, clientHeight } = element;
      const isBack = scrollTop < before.current - 1;
      before.current = scrollTop;
      // Growing never scrolls back; a person does.
      if (isBack && scrollHeight - scrollTop - clientHeight > endPixels) setWanted(false);
    };
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => element.removeEventListener("scroll", onScroll);
  }, [isLive, scroller]);

  return { isFollowing, follow: setWanted };
}
