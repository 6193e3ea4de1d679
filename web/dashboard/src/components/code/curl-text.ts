/** A call of the API. */
export interface CurlCall {
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** From `/v1/…` on. */
  readonly path: string;
  readonly body?: unknown;
}

/** Text in single quotes of a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A call as one runs it in a shell; the key stays a variable, so that the text can be shared. */
export function curlText({ method, path, body }: CurlCall, origin: string): string {
  const lines = [
    `curl${method === "GET" ? "" : ` -X ${method}`} ${quoted(`${origin}${path}`)}`,
    `-H "Authorization: Bearer $ERRAND_API_KEY"`,
  ];
  if (body !== undefined) {
    lines.push(`-H 'Content-Type: application/json'`);
    lines.push(`-d ${quoted(JSON.stringify(body, null, 2))}`);
  }
  return lines.join(" \\\n  ");
}
