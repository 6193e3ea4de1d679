import type { Channel, CreateChannelBody, UpdateChannelBody } from "../../../api/generated/model";
import type { ChannelKind } from "../actions/rules.ts";

/** A channel as the form has it. */
export interface ChannelValues {
  readonly name: string;
  readonly kind: string;
  readonly defaultAgentId: string | null;
  readonly meta: Readonly<Record<string, unknown>>;
}

export const noValues: ChannelValues = { name: "", kind: "page", defaultAgentId: null, meta: {} };

/** A stored channel for the form. */
export function toValues({ name, kind, defaultAgentId, meta }: Channel): ChannelValues {
  return { name, kind, defaultAgentId, meta };
}

/** A new channel as the API takes it. */
export function toBody({ name, kind, defaultAgentId, meta }: ChannelValues): CreateChannelBody {
  return {
    platform: "web",
    kind: kind as ChannelKind,
    name,
    defaultAgentId,
    meta: meta as CreateChannelBody["meta"],
  };
}

/** The fields that differ from what was there, so that saving leaves others' changes of other fields. */
export function toChanges(before: ChannelValues, now: ChannelValues): UpdateChannelBody {
  const was: Readonly<Record<string, unknown>> = { ...before };
  return Object.fromEntries(
    Object.entries(now).filter(([field, value]) => JSON.stringify(value) !== JSON.stringify(was[field])),
  );
}
