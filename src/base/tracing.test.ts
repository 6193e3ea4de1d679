import { TracerProvider } from "@opentelemetry/sdk-trace";
import { expect, test } from "vitest";
import { createTracer, errorTypeOf, parseTraceparent, withSpan } from "./tracing.ts";

const trace = "0af7651916cd43dd8448eb211c80319c";
const span = "b7ad6b7169203331";

test("a traceparent is read as the standard says", () => {
  const remote = { traceId: trace, spanId: span, isRemote: true };
  expect(parseTraceparent(`00-${trace}-${span}-01`)).toEqual({ ...remote, traceFlags: 1 });
  expect(parseTraceparent(`00-${trace}-${span}-00`)).toEqual({ ...remote, traceFlags: 0 });
  // Flags that are not known yet, and a newer version with more behind.
  expect(parseTraceparent(`00-${trace}-${span}-03`)).toEqual({ ...remote, traceFlags: 1 });
  expect(parseTraceparent(`cc-${trace}-${span}-01-more`)).toEqual({ ...remote, traceFlags: 1 });
});

test.each([
  undefined,
  "",
  ["a", "b"],
  "nonsense",
  `ff-${trace}-${span}-01`,
  `00-${"0".repeat(32)}-${span}-01`,
  `00-${trace}-${"0".repeat(16)}-01`,
  `00-${trace.toUpperCase()}-${span}-01`,
  `00-${trace}-${span}`,
  `00-${trace}-${span}-01-${"x".repeat(1_000)}`,
])("anything else is no parent: %s", (header) => {
  expect(parseTraceparent(header)).toBeUndefined();
});

test("spans nest through everything that is awaited, and two side by side do not mix", async () => {
  const tracer = createTracer(new TracerProvider().getTracer("test"));
  const parent = () => tracer.active()?.spanContext().spanId;
  expect(parent()).toBeUndefined();
  const both = await Promise.all(
    ["a", "b"].map((name) =>
      withSpan(tracer, name, {}, async (outer) => {
        await new Promise((resolve) => setImmediate(resolve));
        expect(parent()).toBe(outer.spanContext().spanId);
        return await withSpan(tracer, "inner", {}, async (inner) => {
          expect(inner.spanContext().traceId).toBe(outer.spanContext().traceId);
          return inner.spanContext().traceId;
        });
      }),
    ),
  );
  expect(both[0]).not.toBe(both[1]);
  expect(parent()).toBeUndefined();
});

test("an error's type is its code or its class, never its message", () => {
  expect(errorTypeOf(Object.assign(new Error("said"), { code: "ECONNRESET" }))).toBe("ECONNRESET");
  expect(errorTypeOf(new TypeError("said"))).toBe("TypeError");
  expect(errorTypeOf("said")).toBe("_OTHER");
});
