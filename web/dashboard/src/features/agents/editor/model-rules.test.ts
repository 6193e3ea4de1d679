import { expect, it } from "vitest";
import { describeModels } from "./model-rules.ts";

const listed = (names: readonly string[]) => ({
  items: names.map((id) => ({ id })),
  supported: true,
  error: null,
});

it("says where the suggestions come from", () => {
  expect(describeModels("sandbox", undefined, false)).toContain("stand-in");
  expect(describeModels("openai", undefined, true)).toBe("Asking the provider for its models…");
  expect(describeModels(undefined, undefined, false)).toBe("Any name that the provider knows");
  expect(describeModels("openai", listed(["a"]), false)).toBe("1 model at this provider");
  expect(describeModels("openai", listed(["a", "b"]), true)).toBe("2 models at this provider");
});

it("says why there are none", () => {
  const failed = { items: [], supported: true, error: { code: "model_unauthorized", message: "Wrong key." } };
  expect(describeModels("openai", failed, false)).toBe("No suggestions: Wrong key.");
  expect(describeModels("openai_compatible", { items: [], supported: false, error: null }, false)).toBe(
    "This server lists no models; any name may work",
  );
});
