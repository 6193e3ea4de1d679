import { Liquid, Output, TokenKind, UndefinedVariableError } from "liquidjs";

/** One piece of a template: text as it stands, or an expression such as `input.orderId | upcase`. */
export type TemplatePart =
  | { readonly literal: string; readonly expression?: undefined }
  | {
      readonly literal?: undefined;
      readonly expression: string;
      readonly variables: readonly (readonly string[])[];
    };

/** What expressions may name. */
export interface TemplateScope {
  readonly input: Readonly<Record<string, unknown>>;
  readonly contact: TemplateContact;
}

/** Null: not known, or the work has no contact. */
export interface TemplateContact {
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly externalId: string | null;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export const unknownContact: TemplateContact = {
  name: null,
  email: null,
  phone: null,
  externalId: null,
  attributes: {},
};

/** A template that cannot be read, or cannot be filled with what there is. The message is for people and models. */
export class TemplateFault extends Error {
  override readonly name = "TemplateFault";
}

/** Stands for an expression whose variable was not given. */
export const missing: unique symbol = Symbol("missing");

const engine = new Liquid({
  strictVariables: true,
  strictFilters: true,
  // `default` is how a template says what stands where an optional value is missing.
  lenientIf: true,
  ownPropertyOnly: true,
  timezoneOffset: 0,
  parseLimit: 100_000,
  renderLimit: 500,
  memoryLimit: 10_000_000,
});

/** Reads a template. Tags are refused: what a request looks like must be seen from its text. Throws TemplateFault. */
export function parseTemplate(text: string): readonly TemplatePart[] {
  try {
    return engine.parse(text).map((template) => {
      const { token } = template;
      if (template instanceof Output) {
        // Single expressions only, so that what is checked here is what is evaluated later.
        const expression = token.getText().replace(/^\{\{-?|-?\}\}$/g, "");
        return { expression, variables: listVariables(token.getText()) };
      }
      if (token.kind !== TokenKind.HTML)
        throw new TemplateFault(`has the tag ${token.getText()}, but only {{ }} may be used`);
      return { literal: readLiteral(token) };
    });
  } catch (error) {
    throw toFault(error, "cannot be read");
  }
}

/** As `parseTemplate`, with what is wrong as an answer. */
export function readTemplate(
  text: string,
): { readonly parts: readonly TemplatePart[] } | { readonly fault: string } {
  try {
    return { parts: parseTemplate(text) };
  } catch (error) {
    if (error instanceof TemplateFault) return { fault: error.message };
    throw error;
  }
}

function readLiteral(token: object): string {
  // Spaces that {{- and -}} take away are left out by the token itself.
  return "getContent" in token && typeof token.getContent === "function" ? String(token.getContent()) : "";
}

function listVariables(text: string): readonly (readonly string[])[] {
  return engine
    .globalVariableSegmentsSync(text)
    .map((segments) => segments.map((segment) => (Array.isArray(segment) ? "*" : String(segment))));
}

/** The value of an expression, with its type; `missing` if a variable it needs was not given. Throws TemplateFault. */
export function evaluate(expression: string, scope: TemplateScope): unknown {
  try {
    return engine.evalValueSync(expression, scope);
  } catch (error) {
    if (error instanceof UndefinedVariableError) return missing;
    throw toFault(error, `cannot be filled in: {{${expression}}}`);
  }
}

/** The text of an expression, for a place that takes only text. Throws TemplateFault. */
export function evaluateText(expression: string, scope: TemplateScope): string {
  const value = evaluate(expression, scope);
  if (value === missing || value === null || value === undefined)
    throw new TemplateFault(`{{${expression}}} has no value`);
  if (typeof value === "object")
    throw new TemplateFault(`{{${expression}}} is a list or an object where only text can stand`);
  return String(value);
}

/** The expression if the template is nothing but one. */
export function soleExpression(parts: readonly TemplatePart[]): string | undefined {
  return parts.length === 1 ? parts[0]?.expression : undefined;
}

/** The template with its expressions filled in as text. Throws TemplateFault. */
export function renderText(parts: readonly TemplatePart[], scope: TemplateScope): string {
  return parts
    .map((part) => (part.expression === undefined ? part.literal : evaluateText(part.expression, scope)))
    .join("");
}

function toFault(error: unknown, what: string): unknown {
  if (!(error instanceof Error) || error instanceof TemplateFault) return error;
  const [line = ""] = error.message.split("\n");
  return new TemplateFault(`${what}: ${line.replace(/, line:\d+, col:\d+$/, "")}`);
}
