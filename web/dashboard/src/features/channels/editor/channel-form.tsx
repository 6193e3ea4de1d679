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
  /** What the form begins with. */
  readonly initialValues: ChannelValues;
  onSaved(channel: Channel): void;
  onCancel?(): void;
}

/** What can be set of a channel. */
export function ChannelForm({ channelId, initialValues, onSaved, onCancel }: ChannelFormProps) {
  const mayWrite = useMe().can("write");
  const [base, setBase] = useState(initialValues);
  const faults = useJsonFaults();
  const api = useApiForm<ChannelValues, Channel>({
    initialValues,
    async send(values) {
      faults.refuse();
      return channelId === null
        ? await createChannel(toBody(values))
        : await updateChannel(channelId, toChanges(base, values));
    },
    onDone(saved, values) {
      setBase(values);
      onSaved(saved);
    },
  });
  const fields = <ChannelFields form={api.form} onMetaValidity={faults.keep("meta")} />;
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
          : { method: "PATCH", path: `/v1/channels/${channelId}`, body: toChanges(base, api.form.values) }
      }
    >
      {fields}
    </Form>
  );
}
