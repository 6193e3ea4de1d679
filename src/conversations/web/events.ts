import { z } from "zod";
import { idOut } from "../../base/schemas.ts";
import { messageStatuses } from "../conversation.ts";
import { visitorMessageOut } from "../schemas.ts";

/** The data of one event of a visitor's stream; the most frequent first, because they are tried in order. */
export const visitorEventOut = z.union([
  z
    .strictObject({
      messageId: idOut("message").meta({ description: "The id that the message has once it is sent" }),
      offset: z
        .int()
        .meta({ description: "Where `text` begins in the whole text, in UTF-16 code units; 0 begins it" }),
      text: z.string(),
    })
    .meta({ description: "`message.delta`: the next piece of an answer that is being written" }),
  z
    .strictObject({ message: visitorMessageOut })
    .meta({ description: "`message.created`; takes the place of a preview with its id" }),
  z
    .strictObject({ messageId: idOut("message"), status: z.enum(messageStatuses) })
    .meta({ description: "`message.updated`" }),
  z
    .strictObject({ messageId: idOut("message") })
    .meta({ description: "`message.retracted`: what was shown of this message is void" }),
  z.strictObject({ on: z.boolean() }).meta({
    description: "`typing`: whether an agent is answering; also sent when the stream has caught up",
  }),
  z.strictObject({}).meta({
    description: "`reset`: the place to go on from is not known; everything follows from the beginning",
  }),
]);
