import type { Platform } from "../../port.ts";

/**
 * Our own channel: a page, a frame, a widget or a program of the customer's fetches the messages. A message that we
 * write first waits in the conversation until the contact's side comes to fetch it.
 */
export const web: Platform = {
  name: "web",
  kinds: [
    { name: "page", mayWriteFirst: true },
    { name: "iframe", mayWriteFirst: true },
    { name: "widget", mayWriteFirst: true },
    { name: "api", mayWriteFirst: true },
  ],
  storedStatus: "sent",
};
