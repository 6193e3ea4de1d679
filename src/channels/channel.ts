import type { Meta } from "../base/schemas.ts";

export type ChannelStatus = "connected" | "disabled";

/** One connected account of a platform, as stored. Ids are UUIDs. Its secret is read apart. */
export interface Channel {
  readonly id: string;
  readonly platform: string;
  readonly kind: string;
  readonly name: string;
  readonly status: ChannelStatus;
  /** Answers where no session is live. */
  readonly defaultAgentId: string | null;
  readonly demo: boolean;
  readonly meta: Meta;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
