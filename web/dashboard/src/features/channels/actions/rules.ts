import type { Channel } from "../../../api/generated/model";

/** How each kind of web channel is called, and what it is for. */
export const kinds = [
  { name: "page", label: "Page", purpose: "a page that you link to" },
  { name: "iframe", label: "Frame", purpose: "a frame in your website" },
  { name: "widget", label: "Widget", purpose: "a button in the corner of your website" },
  { name: "api", label: "API", purpose: "a program or app of your own" },
] as const;

export type ChannelKind = (typeof kinds)[number]["name"];

/** "Web · Page"; what this dashboard does not know yet is shown as the API names it. */
export function describeKind({ platform, kind }: Pick<Channel, "platform" | "kind">): string {
  const platformName = platform === "web" ? "Web" : platform;
  return `${platformName} · ${kinds.find(({ name }) => name === kind)?.label ?? kind}`;
}

/** The address of the chat that Errand serves for a web channel. */
export function hostedPageOf(id: string, origin: string): string {
  return `${origin}/chat/${id}`;
}
