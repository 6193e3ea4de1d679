import type { CsvOrder } from "./csv-worker.ts";
import { type CsvChoices, mostBytes, type ReadCsv, tooLarge } from "./rules.ts";

/** Reads a file in a worker of its own, so that the page answers all the while. */
export function readFile(file: File, choices: CsvChoices): Promise<ReadCsv> {
  if (file.size > mostBytes) return Promise.resolve({ fault: tooLarge });
  const worker = new Worker(new URL("./csv-worker.ts", import.meta.url), { type: "module" });
  return new Promise<ReadCsv>((resolve) => {
    worker.addEventListener("message", ({ data }: MessageEvent<ReadCsv>) => resolve(data));
    worker.addEventListener("error", () =>
      resolve({
        fault: "The part of this page that reads files could not be loaded. Choose the file again.",
      }),
    );
    worker.postMessage({ file, choices } satisfies CsvOrder);
  }).finally(() => worker.terminate());
}
