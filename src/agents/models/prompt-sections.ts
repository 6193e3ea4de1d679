/**
 * The tagged sections that prompts are built from. What stands in a section is data: a tag of ours inside it is
 * defused, so nobody whose words are quoted can open or close a section.
 */
export const promptSections = [
  "instructions",
  "guidance",
  "task",
  "contact",
  "contact_message",
  "memory",
  "history",
  "previous_execution",
  "progress",
  "knowledge",
  "time",
  "limits",
  "note",
] as const;

export type PromptSection = (typeof promptSections)[number];

/** What the prompt tells of the contact. Further members are shown to the model as they are. */
export interface PromptContact {
  readonly name: string | null;
  readonly [field: string]: unknown;
}

const tagAhead = `(?=\\s*(?:/\\s*)?(?:${promptSections.join("|")})\\b)`;
const openTag = new RegExp(`<${tagAhead}`, "gi");
const defusedTag = new RegExp(`&(amp;)*lt;${tagAhead}`, "gi");

/** `<name>` and `</name>` around the text, on lines of their own. */
export function renderSection(name: PromptSection, text: string): string {
  // Only what looks like one of our tags is changed: entities elsewhere would end up in links the model copies.
  // What already looks defused gets one more "amp;", so that reading gives back exactly what was written.
  const defused = text.replace(defusedTag, (entity) => `&amp;${entity.slice(1)}`).replace(openTag, "&lt;");
  return `<${name}>\n${defused}\n</${name}>`;
}

/** The task's description: the instruction to the agent. */
export function renderTaskSection(description: string): string {
  return renderSection("task", description);
}

/** The contact as JSON. */
export function renderContactSection(contact: PromptContact): string {
  return renderSection("contact", JSON.stringify(contact).replaceAll("<", "\\u003c"));
}

/**
 * One message of the contact, as the content of a `user` message. Only a message that is to be answered now goes there;
 * a task run tells earlier ones in a `history` section.
 */
export function renderContactMessage(text: string): string {
  return renderSection("contact_message", text);
}

/** The text of each section of this name, in order. */
export function readSections(prompt: string, name: PromptSection): string[] {
  const pattern = new RegExp(`<${name}>\\n([\\s\\S]*?)\\n</${name}>`, "g");
  return [...prompt.matchAll(pattern)].map(([, text = ""]) =>
    text.replace(defusedTag, (entity) => (entity === "&lt;" ? "<" : `&${entity.slice(5)}`)),
  );
}

/** The task's description, if the prompt has one. */
export function readTaskSection(prompt: string): string | undefined {
  return readSections(prompt, "task")[0];
}

/** The contact, if the prompt has one that can be read. */
export function readContactSection(prompt: string): PromptContact | undefined {
  const [text] = readSections(prompt, "contact");
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    const name: unknown = Reflect.get(value, "name");
    return { ...value, name: typeof name === "string" ? name : null };
  } catch {
    return undefined;
  }
}
