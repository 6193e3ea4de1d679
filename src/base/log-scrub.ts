/** Takes secrets out of what is about to be logged: by the names of keys, and by the shapes that secrets have. */

const secret = "[secret]";

/** How the name of a key ends whose value is a secret. */
const nameEndings =
  "(?:api|private|secret)[-_ ]?key|connection[-_ ]?string|authorization|cookie|credentials?|hash|passphrase|passwd|password|pwd|secret|token";
const secretName = new RegExp(`(?:${nameEndings})$`, "i");

/**
 * Secrets by their shape, wherever they stand in a text. Lengths are bounded so that no text makes the search slow.
 * `token=` is not among them: without a mail server, mails go to the log and their links must work.
 */
const secretShapes: readonly (readonly [RegExp, string])[] = [
  [/\berrand_[\w-]{20,}/g, `errand_${secret}`],
  [/\bvis_[\w-]{20,}/g, `vis_${secret}`],
  [/\bsk-[\w-]{16,}/g, `sk-${secret}`],
  [/\bauthorization(["']?\s?[:=]\s?["']?)(?:[a-z]{1,20} )?[^\s"',;]+/gi, `authorization$1${secret}`],
  [/\bbearer\s{1,5}[\w.~+/=-]{8,}/gi, `Bearer ${secret}`],
  // A password as people write it into these URLs may hold any character, also @ and /.
  [/\b(postgres(?:ql)?|smtps?|rediss?|mysql|amqps?):\/\/[^\s:@/]{0,200}:\S{1,500}@/gi, `$1://${secret}@`],
  [/([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/?#@]{1,500}@/gi, `$1${secret}@`],
  [/\b(passwd|password|pwd|api_?key)=(?:'[^']{0,500}'|[^\s&"',;]+)/gi, `$1=${secret}`],
];

/** Something of this is in every secret shape; most texts have none of it. */
const shapeMarks = "errand_|vis_|sk-|authorization|bearer|://|passwd|password|pwd|api_?key";
const mayHoldShape = new RegExp(shapeMarks, "i");
/** Reading a line and writing it again takes several times as long as this look at it. */
const mayHoldSecret = new RegExp(`${shapeMarks}|${nameEndings}`, "i");

/** The text with every secret of a known shape replaced. */
function scrubText(text: string): string {
  if (!mayHoldShape.test(text)) return text;
  return secretShapes.reduce((scrubbed, [shape, substitute]) => scrubbed.replace(shape, substitute), text);
}

/** True for names such as `apiKey`, `x-api-key`, `SMTP_PASSWORD` and `set-cookie`. */
function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/**
 * A line of JSON with its secrets replaced, at any depth. It works on the finished line because everything has come
 * together there: the message, the bindings of child loggers, errors and what serializers made.
 */
export function scrubLine(line: string): string {
  if (!mayHoldSecret.test(line)) return line;
  try {
    return `${JSON.stringify(JSON.parse(line, scrubValue))}\n`;
  } catch {
    return `${JSON.stringify({ level: 50, msg: "a log line could not be read and was left out" })}\n`;
  }
}

function scrubValue(key: string, value: unknown): unknown {
  const tellsNothing = value === null || typeof value === "boolean";
  if (!tellsNothing && isSecretName(key)) return secret;
  return typeof value === "string" ? scrubText(value) : value;
}
