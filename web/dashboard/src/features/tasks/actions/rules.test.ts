import { describe, expect, it } from "vitest";
import type { Task } from "../../../api/generated/model";
import { chunk, foresee, invert, nameTasks, sayReasons, sayWhatWasDone, sayWhatWasNot } from "./rules.ts";

function taskOf(changes: Partial<Task> = {}): Task {
  const task: Partial<Task> = {
    id: "task_1",
    name: "Check-in",
    state: "active",
    stateReason: null,
    running: 0,
    nextRunAt: "2027-03-01T08:00:00.000Z",
    ...changes,
  };
  return task as Task;
}

const byHand = { code: "paused", message: "Paused by hand." };

describe("what is foreseen", () => {
  it("a pause has its note and no next run", () => {
    expect(foresee("pause", taskOf(), "Holiday")).toMatchObject({
      state: "paused",
      stateReason: { code: "paused", message: "Holiday" },
      nextRunAt: null,
    });
    expect(foresee("pause", taskOf({ state: "auto_paused" }), undefined)).toMatchObject({
      state: "paused",
      stateReason: byHand,
    });
  });

  it.each(["paused", "ended"] as const)("a pause leaves a task that is %s", (state) => {
    expect(foresee("pause", taskOf({ state }), "Holiday")).toEqual(taskOf({ state }));
  });

  it.each(["paused", "auto_paused"] as const)("one that is %s is active again", (state) => {
    const paused = taskOf({ state, stateReason: byHand });
    expect(foresee("resume", paused, undefined)).toMatchObject({ state: "active", stateReason: null });
  });

  it("what has ended is not resumed", () => {
    expect(foresee("resume", taskOf({ state: "ended" }), undefined)).toMatchObject({ state: "ended" });
  });

  it("nothing runs after a cancel, and nothing is there after a deletion", () => {
    expect(foresee("cancel", taskOf({ running: 3 }), undefined)).toMatchObject({
      running: 0,
      state: "active",
    });
    expect(foresee("delete", taskOf(), undefined)).toBeNull();
  });
});

describe("what takes it back", () => {
  const [active, ended] = [taskOf(), taskOf({ state: "ended" })];
  const paused = (message: string, code = "paused") =>
    taskOf({ state: "paused", stateReason: { code, message } });

  it("is for those that were changed", () => {
    const holiday = paused("Holiday");
    expect(invert("pause", [active, holiday, ended])).toEqual([{ action: "resume", tasks: [active] }]);
    expect(invert("resume", [active, holiday, ended])).toEqual([
      { action: "pause", tasks: [holiday], note: "Holiday" },
    ]);
  });

  it("gives each pause the note that it had", () => {
    const [one, other, third] = [paused("Holiday"), paused("Paused by Ada."), paused("Holiday")];
    expect(invert("resume", [one, other, third])).toEqual([
      { action: "pause", tasks: [one, third], note: "Holiday" },
      { action: "pause", tasks: [other], note: "Paused by Ada." },
    ]);
  });

  it("is not there where it could not restore what was", () => {
    const byItself = taskOf({ state: "auto_paused", stateReason: { code: "failures", message: "Failed." } });
    expect(invert("resume", [byItself])).toEqual([]);
    expect(invert("resume", [paused("Holiday"), byItself])).toEqual([]);
    expect(invert("resume", [paused("The agent was deleted.", "agent_deleted")])).toEqual([]);
  });

  it("is not there where nothing was changed or nothing can be", () => {
    expect(invert("pause", [paused("Holiday")])).toEqual([]);
    expect(invert("resume", [active])).toEqual([]);
    expect(invert("delete", [active])).toEqual([]);
    expect(invert("cancel", [active])).toEqual([]);
  });
});

describe("sentences", () => {
  const two = [taskOf(), taskOf({ name: "Report" })];

  it("name one and count several", () => {
    expect(nameTasks([taskOf()])).toBe("“Check-in”");
    expect(sayWhatWasDone("pause", [taskOf()])).toBe("“Check-in” paused.");
    expect(sayWhatWasDone("delete", two)).toBe("2 tasks deleted.");
    expect(sayWhatWasDone("cancel", two)).toBe("Executions of 2 tasks cancelled.");
  });

  it("say how many were refused and why", () => {
    const refusals = two.map((task) => ({ task, message: "The task has ended." }));
    expect(sayWhatWasNot("pause", refusals, 5)).toBe("2 of 5 tasks not paused");
    expect(sayWhatWasNot("pause", refusals.slice(0, 1), 1)).toBe("“Check-in” not paused");
    expect(sayReasons(refusals)).toEqual(["Check-in: The task has ended.", "Report: The task has ended."]);
  });

  it("list at most six reasons", () => {
    const refusals = Array.from({ length: 9 }, (_, at) => ({
      task: taskOf({ name: `T${at}` }),
      message: "No.",
    }));
    const reasons = sayReasons(refusals);
    expect(reasons).toHaveLength(7);
    expect(reasons.at(-1)).toBe("and 3 more");
  });
});

it("chunks of at most so many", () => {
  expect(chunk([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  expect(chunk([], 2)).toEqual([]);
});
