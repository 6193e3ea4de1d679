import { useEffect, useEffectEvent } from "react";
import { isMeantElsewhere } from "../../components/page-keys.ts";
import { type Chord, noChord, press } from "./chord.ts";
import type { Command } from "./command.ts";

/** Runs commands by their keys, before the keys of the page are looked at. */
export function useCommandKeys(commands: readonly Command[]): void {
  const known = commands.flatMap(({ keys }) => keys ?? []);
  const take = useEffectEvent((event: KeyboardEvent, chord: Chord): Chord => {
    const isModifier = event.key === "Shift";
    if (isMeantElsewhere(event) || isModifier || event.repeat) return chord;
    const pressed = press(chord, event.key, event.timeStamp, known);
    if (pressed.isTaken) {
      event.preventDefault();
      event.stopPropagation();
    }
    commands.find(({ keys }) => keys !== undefined && keys === pressed.keys)?.run();
    return pressed.chord;
  });
  useEffect(() => {
    let chord = noChord;
    const listen = (event: KeyboardEvent) => {
      chord = take(event, chord);
    };
    document.addEventListener("keydown", listen, { capture: true });
    return () => document.removeEventListener("keydown", listen, { capture: true });
  }, []);
}
