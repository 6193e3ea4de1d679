import { describe, expect, test } from "vitest";
import { readCommand } from "./opt-out-words.ts";

describe("a whole message, trimmed and folded", () => {
  test.each([
    "STOP",
    " stop ",
    "Stop!",
    "«СТОП»",
    "стоп.",
    "ｓｔｏｐ",
    "Unsubscribe",
    "stop   all",
    "opt-out",
  ])("%s stops", (text) => {
    expect(readCommand(text)?.command).toBe("stop");
  });
  test.each(["START", "старт", "/start", "Unstop"])("%s starts", (text) => {
    expect(readCommand(text)?.command).toBe("start");
  });
  test.each(["please stop calling", "don't stop", "cancel", "stopwatch", "", "...", "начать"])(
    "%s is no command",
    (text) => {
      expect(readCommand(text)).toBeUndefined();
    },
  );
});

test("the confirmation is in the language of the word", () => {
  const confirmation = (text: string) => {
    const command = readCommand(text);
    return command?.command === "stop" ? command.confirmation : undefined;
  };
  expect(confirmation("стоп")).toMatch(/СТАРТ/);
  expect(confirmation("STOP")).toMatch(/START/);
});
