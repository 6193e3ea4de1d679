import { defineErrors } from "../base/errors.ts";

export const conversationErrors = defineErrors({
  conversation_closed: [409, "The conversation is closed; the contact's next message opens another."],
  no_agent: [409, "No agent may answer here: no session is live and the channel has no default agent."],
  message_refused: [409, "The message was not sent; it is kept with the reason."],
  channel_not_web: [422, "Contacts can be played on web channels only."],
  channel_disabled: [409, "This channel takes no messages now."],
  visitor_token_invalid: [401, "The visitor's token is missing or not valid."],
  too_many_streams: [429, "This visitor or this server has too many open streams; try again later."],
  too_many_visitors: [429, "Too many visitors were made from this address; try again later."],
});
