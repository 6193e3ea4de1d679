import type { z } from "zod";

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
  readonly meta: Readonly<Record<string, z.infer<ReturnType<typeof z.json>>>>;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
