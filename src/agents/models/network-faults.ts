import { messageOf } from "../../base/errors.ts";

/** What a failed connection means to people. Names are the system's, undici's, or those of Node's HTTP parser. */
const words: ReadonlyMap<string, string> = new Map([
  ["ECONNREFUSED", "nothing listens there"],
  ["ECONNRESET", "the server broke it off"],
  ["EPIPE", "the server broke it off"],
  ["UND_ERR_SOCKET", "the server broke it off before its answer was complete"],
  ["ENOTFOUND", "the host name is not known"],
  ["EAI_AGAIN", "the host name could not be looked up"],
  ["EHOSTUNREACH", "the host cannot be reached"],
  ["ENETUNREACH", "the network cannot be reached"],
  ["ETIMEDOUT", "there was no answer in time"],
  ["UND_ERR_CONNECT_TIMEOUT", "there was no connection in time"],
  ["UND_ERR_HEADERS_OVERFLOW", "the headers of the answer are too large"],
  ["EPROTO", "the server does not speak TLS; check whether its address should begin with http://"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "the server's certificate is self-signed"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "the server's certificate is not from an authority that is trusted"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "the server's certificate is not from an authority that is trusted"],
  ["CERT_HAS_EXPIRED", "the server's certificate has expired"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "the server's certificate is for another name"],
]);

const families: readonly (readonly [RegExp, string])[] = [
  [/^HPE_/, "what the server sent is not HTTP"],
  [/^Z_/, "what the server sent cannot be decompressed"],
  [/^ERR_SSL_/, "the server does not speak TLS; check whether its address should begin with http://"],
  [/CERT|SIGNATURE/, "the server's certificate cannot be trusted"],
];

/** The code of a failed connection or of an answer that broke on its way, such as `ECONNREFUSED`. */
const networkCode =
  /^(E(?!RR_)[A-Z_]+|UND_ERR_[A-Z_]+|ERR_SSL_.*|.*CERT.*|.*SIGNATURE.*|HPE_[A-Z_]+|Z_[A-Z_]+)$/;

/** The network's code among the causes of an error; undefined: there is none. */
export function findNetworkCode(causes: Iterable<Error>): string | undefined {
  for (const cause of causes) {
    // Undici leaves the parser's code out where it compares what it got with what it expected.
    if (cause.name === "HTTPParserError") return "HPE_INVALID";
    const code: unknown = Reflect.get(cause, "code");
    if (typeof code === "string" && networkCode.test(code)) return code;
  }
  return undefined;
}

/** The code in words, with the code itself behind for those who look it up. */
export function describeNetworkCode(code: string): string {
  const said = words.get(code) ?? families.find(([pattern]) => pattern.test(code))?.[1];
  return said === undefined ? code : `${said} (${code})`;
}

/** What a request without an answer failed of. `fetch` only says that it failed; why lies in the causes. */
export function describeNetworkFault(error: unknown): string {
  const causes = [...listCauses(error)];
  const code = findNetworkCode(causes);
  return code === undefined ? messageOf(causes.at(-1) ?? error) : describeNetworkCode(code);
}

/** An error and what it was caused by, the errors of a host with several addresses included. */
export function* listCauses(error: unknown): Generator<Error> {
  const seen = new Set<unknown>();
  for (let cause = error; cause instanceof Error && !seen.has(cause); cause = cause.cause) {
    seen.add(cause);
    yield cause;
    if (cause instanceof AggregateError) for (const inner of cause.errors) yield* listCauses(inner);
  }
}
