import { type CsvChoices, type ReadCsv, readCsv } from "./rules.ts";

/** What the page asks its worker. */
export interface CsvOrder {
  readonly file: File;
  readonly choices: CsvChoices;
}

addEventListener("message", ({ data: { file, choices } }: MessageEvent<CsvOrder>) => {
  void file.arrayBuffer().then(
    (buffer) => postMessage(readCsv(new Uint8Array(buffer), choices)),
    () =>
      postMessage({
        fault: "The file cannot be read. It may have been moved or changed; choose it again.",
      } satisfies ReadCsv),
  );
});
