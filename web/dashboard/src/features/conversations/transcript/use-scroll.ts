import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Message } from "../../../api/generated/model";
import { countUnseen } from "./rules.ts";

const endPixels = 48;

interface ScrollOptions {
  readonly scroller: RefObject<HTMLElement | null>;
  readonly content: RefObject<HTMLElement | null>;
  readonly messages: readonly Message[];
  /** The message to show at first, instead of the end. */
  readonly wanted: string | undefined;
  /** Changes when the reader writes something: that is shown wherever they are. */
  readonly pendingKey: string | undefined;
}

/** The element of a message. */
export function elementId(messageId: string): string {
  return `message-${messageId}`;
}

/** Its lower edge stays where it is: above its text the author goes when an older message of theirs comes. */
function bottomOf(element: HTMLElement): number {
  return element.offsetTop + element.offsetHeight;
}

/**
 * Where a transcript stands: at the end while the reader is there, still while older messages come above, and where it
 * is when new ones come below, which are counted then.
 */
export function useScroll({ scroller, content, messages, wanted, pendingKey }: ScrollOptions) {
  const isAtEnd = useRef(true);
  const seenSeq = useRef(0);
  const shownWanted = useRef<string | undefined>(undefined);
  const top = useRef<{ readonly id: string; readonly offset: number } | undefined>(undefined);
  const [unseen, setUnseen] = useState(0);
  const lastSeq = messages.at(-1)?.seq ?? 0;

  const toEnd = useCallback(() => {
    const element = scroller.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
  }, [scroller]);

  const onScroll = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < endPixels;
    if (!isAtEnd.current) return;
    seenSeq.current = Math.max(seenSeq.current, lastSeq);
    setUnseen(0);
  }, [scroller, lastSeq]);

  useLayoutEffect(() => {
    const element = scroller.current;
    const first = messages[0];
    if (element === null || first === undefined) return;
    // What came above pushes down what is read: move along with it.
    const before = top.current;
    const anchor = before === undefined ? null : document.getElementById(elementId(before.id));
    if (before !== undefined && anchor !== null && first.id !== before.id)
      element.scrollTop += bottomOf(anchor) - before.offset;
    const firstElement = document.getElementById(elementId(first.id));
    top.current = firstElement === null ? undefined : { id: first.id, offset: bottomOf(firstElement) };

    const target = wanted === undefined ? null : document.getElementById(elementId(wanted));
    if (target !== null && shownWanted.current !== wanted) {
      shownWanted.current = wanted;
      target.scrollIntoView({ block: "center" });
      isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < endPixels;
      if (seenSeq.current === 0) seenSeq.current = lastSeq;
      return;
    }
    if (isAtEnd.current) {
      seenSeq.current = lastSeq;
      toEnd();
    } else setUnseen(countUnseen(messages, seenSeq.current));
  }, [scroller, messages, wanted, lastSeq, toEnd]);

  useEffect(() => {
    if (pendingKey === undefined) return;
    isAtEnd.current = true;
    toEnd();
  }, [pendingKey, toEnd]);

  useEffect(() => {
    // The reply box grows, the window turns: the end stays the end.
    const observer = new ResizeObserver(() => {
      if (isAtEnd.current) toEnd();
    });
    for (const observed of [scroller.current, content.current])
      if (observed !== null) observer.observe(observed);
    return () => observer.disconnect();
  }, [scroller, content, toEnd]);

  return { unseen, onScroll, toEnd };
}
