import { type LanguageModel, wrapLanguageModel } from "ai";

/** What goes by while an answer is streamed. Neither may throw: it would look like a fault of the provider. */
export interface StreamListener {
  text(delta: string): void;
  /** One message of the provider as it came. */
  raw(message: unknown): void;
}

/** The models that the library can wrap: those that are not just a name. */
export type SdkModel = Exclude<LanguageModel, string>;

/** Parts that come by the hundred and are of no use behind the tap. */
const many: ReadonlySet<string> = new Set(["text-delta", "raw", "reasoning-delta", "tool-input-delta"]);

/**
 * The same model with the small pieces of its streams handed to `listener` instead of the library. There each piece
 * would pass through half a dozen more streams: 146 µs of processor for each, and 72 without them and with the bytes
 * counted by hand (100 answers of 200 pieces side by side).
 */
export function tapStream(model: SdkModel, listener: StreamListener): SdkModel {
  return wrapLanguageModel({
    model,
    middleware: {
      async wrapStream({ doStream }) {
        const result = await doStream();
        const parts = result.stream.getReader();
        const stream: typeof result.stream = new ReadableStream(
          {
            async pull(out) {
              for (;;) {
                const { done, value: part } = await parts.read();
                if (done) {
                  out.close();
                  return;
                }
                if (part.type === "text-delta") listener.text(part.delta);
                else if (part.type === "raw") listener.raw(part.rawValue);
                if (many.has(part.type)) continue;
                out.enqueue(part);
                return;
              }
            },
            cancel: (reason) => parts.cancel(reason),
          },
          { highWaterMark: 0 },
        );
        return { ...result, stream };
      },
    },
  });
}
