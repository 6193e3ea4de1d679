import { cleanText } from "../../base/text.ts";
import {
  evaluate,
  missing,
  parseTemplate,
  renderText,
  soleExpression,
  TemplateFault,
  type TemplateScope,
} from "./template.ts";
import type { ToolAuth, ToolMethod, ToolRequestDefinition } from "./tool-definition.ts";
import { renderUrl } from "./url-template.ts";

/** One HTTP request, ready to be sent. Header names are lower case. */
export interface ToolRequest {
  readonly method: ToolMethod;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What says who sends it, apart from the other headers because it holds the secret. */
  readonly auth: Readonly<Record<string, string>>;
  /** JSON; undefined: none. */
  readonly body: string | undefined;
}

/** Fills in a tool's templates. Throws TemplateFault, naming the field. */
export function buildRequest(
  definition: ToolRequestDefinition,
  scope: TemplateScope,
  secret: string | undefined,
): ToolRequest {
  const { method, auth } = definition;
  const url = at("url", () =>
    appendQuery(renderUrl(parseTemplate(definition.url), scope), definition, scope),
  );
  const body =
    definition.body === null
      ? undefined
      : at("body", () => JSON.stringify(renderBody(definition.body, scope)));
  return {
    method,
    url,
    headers: {
      accept: "application/json, text/*;q=0.9, */*;q=0.5",
      "user-agent": "errand",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...renderHeaders(definition.headers, scope),
    },
    auth: authHeaders(auth, secret),
    body,
  };
}

function at<T>(field: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof TemplateFault) throw new TemplateFault(`${field}: ${error.message}`);
    throw error;
  }
}

/** A parameter whose value was not given is left out; a list becomes the parameter several times. */
function appendQuery(
  url: string,
  { query }: Pick<ToolRequestDefinition, "query">,
  scope: TemplateScope,
): string {
  const pairs = Object.entries(query).flatMap(([name, text]) =>
    at(`query.${name}`, () => readQueryValues(text, scope)).map(
      (value) => `${encodeURIComponent(name)}=${encodeURIComponent(cleanText(value))}`,
    ),
  );
  if (pairs.length === 0) return url;
  const joint = !url.includes("?") ? "?" : /[?&]$/.test(url) ? "" : "&";
  return `${url}${joint}${pairs.join("&")}`;
}

function readQueryValues(text: string, scope: TemplateScope): readonly string[] {
  const parts = parseTemplate(text);
  const sole = soleExpression(parts);
  if (sole === undefined) return [renderText(parts, scope)];
  const value = evaluate(sole, scope);
  if (value === missing || value === null || value === undefined) return [];
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (values.some((one) => typeof one === "object"))
    throw new TemplateFault(`{{${sole}}} is an object where only text can stand`);
  return values.map(String);
}

function renderHeaders(
  headers: Readonly<Record<string, string>>,
  scope: TemplateScope,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, text]) => [
      name.toLowerCase(),
      at(`headers.${name}`, () => checkHeaderValue(renderText(parseTemplate(text), scope))),
    ]),
  );
}

/** A line break would begin a header of the value's own. */
function checkHeaderValue(value: string): string {
  if (/\p{Cc}/u.test(value))
    throw new TemplateFault("the value must not contain line breaks or control characters");
  if (/[^\u0020-\u00ff]/.test(value))
    throw new TemplateFault("the value has characters that headers cannot carry; url_encode makes it ASCII");
  return value;
}

/** A string that is one expression takes the value with its type; an object's member without a value is left out. */
function renderBody(template: unknown, scope: TemplateScope): unknown {
  const rendered = renderValue(template, scope);
  if (rendered === missing) throw new TemplateFault("has no value");
  return rendered;
}

function renderValue(template: unknown, scope: TemplateScope): unknown {
  if (typeof template === "string") {
    const parts = parseTemplate(template);
    const sole = soleExpression(parts);
    if (sole === undefined) return cleanText(renderText(parts, scope));
    return evaluate(sole, scope) ?? null;
  }
  if (Array.isArray(template))
    return template.map((item) => renderValue(item, scope)).filter((item) => item !== missing);
  if (typeof template !== "object" || template === null) return template;
  const members = Object.entries(template)
    .map(([name, value]) => [name, at(name, () => renderValue(value, scope))] as const)
    .filter(([, value]) => value !== missing);
  return Object.fromEntries(members);
}

/** Without the secret that its kind needs there are none. */
function authHeaders(auth: ToolAuth, secret: string | undefined): Readonly<Record<string, string>> {
  if (secret === undefined) return {};
  switch (auth.kind) {
    case "none":
      return {};
    case "basic":
      return { authorization: `Basic ${encodeBasic(auth.username ?? "", secret)}` };
    case "bearer":
      return { authorization: `Bearer ${secret}` };
    case "header":
      return { [(auth.headerName ?? "").toLowerCase()]: secret };
  }
}

function encodeBasic(username: string, secret: string): string {
  return Buffer.from(`${username}:${secret}`, "utf8").toString("base64");
}
