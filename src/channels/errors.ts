import { defineErrors } from "../base/errors.ts";

export const channelErrors = defineErrors({
  channel_in_use: [
    409,
    "The channel has conversations, which would be deleted with it. Disable it, or delete it with withConversations=true.",
  ],
});
