import { useState } from "react";
import { createChannel, updateChannel } from "../../../api/generated/channels/channels";
import type { Channel } from "../../../api/generated/model";
import { Form, useApiForm, useJsonFaults } from "../../../components/form/index.ts";
import { useMe } from "../../../session/session.ts";
import { ChannelFields } from "./channel-fields.tsx";
import classes from "./editor.module.css";
import { type ChannelValues, toBody, toChanges } from "./values.ts";

interface ChannelFormProps {
  /** Null for one that is not there yet. */
  readonly channelId: string | null;
  /** What is stored, and what the form begins with: it follows changes made elsewhere. */
  readonly stored: ChannelValues;
  onSaved(channel: Channel): void;
  onCancel?(): void;
}

/** What can be set of a channel. */
export function ChannelForm({ channelId, stored, onSaved, onCancel }: ChannelFormProps) {
  const mayWrite = useMe().can("write");
  const [metaVersion, setMetaVersion] = useState(0);
  const faults = useJsonFaults();
  const api = useApiForm<ChannelValues, Channel>({
    initialValues: stored,
    isFollowing: channelId !== null,
    onFollowed(values, before) {
      if (JSON.stringify(values.meta) !== JSON.stringify(before.meta))
        setMetaVersion((version) => version + 1);
    },
    async send(values, base) {
      faults.refuse();
      return channelId === null
        ? await createChannel(toBody(values))
        : await updateChannel(channelId, toChanges(base, values));
    },
    onDone: onSaved,
  });
  const fields = <ChannelFields key={metaVersion} form={api.form} onMetaValidity={faults.keep("meta")} />;
  if (!mayWrite)
    return (
      <fieldset disabled className={classes.fixed} aria-label="Settings of the channel">
        {fields}
      </fieldset>
    );
  return (
    <Form
      api={api}
      save={channelId === null ? "Create channel" : "Save"}
      onCancel={onCancel}
      curl={() =>
        channelId === null
          ? { method: "POST", path: "/v1/channels", body: toBody(api.form.values) }
          : { method: "PATCH", path: `/v1/channels/${channelId}`, body: toChanges(api.base, api.form.values) }
      }
    >
      {fields}
    </Form>
  );
}
