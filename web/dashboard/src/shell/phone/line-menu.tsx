import { Button, Menu, Text } from "@mantine/core";
import { IconCheck, IconSelector, IconUserPlus, IconX } from "@tabler/icons-react";
import { useGetChannel } from "../../api/generated/channels/channels";
import { shortId } from "../../components/copy-id.tsx";
import { useName } from "../../components/names.ts";
import type { Dialled, Line } from "./line.ts";
import { isSameLine } from "./lines-rules.ts";
import classes from "./phone.module.css";
import type { useLines } from "./use-lines.ts";

interface LineMenuProps {
  readonly lines: ReturnType<typeof useLines>;
  readonly current: Line;
}

/** Whom one plays, and the others whom one played lately. */
export function LineMenu({ lines, current }: LineMenuProps) {
  return (
    <Menu position="bottom-start" width={300}>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          c="inherit"
          size="compact-sm"
          miw={0}
          rightSection={<IconSelector size={14} aria-hidden />}
          classNames={{ label: classes.chosen ?? "" }}
        >
          <NameOfLine line={current} />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Lately</Menu.Label>
        {lines.lines.map((line) => (
          <Menu.Item
            key={`${line.channelId} ${line.contactId}`}
            rightSection={isSameLine(line, current) && <IconCheck size={14} aria-label="Current" />}
            onClick={() => lines.dial(line)}
          >
            <NameOfLine line={line} />
            <Text size="xs" c="dimmed" component="div" truncate>
              <ChannelName id={line.channelId} /> · {shortId(line.contactId)}
            </Text>
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconUserPlus size={14} aria-hidden />} onClick={lines.chooseAnother}>
          Play somebody else
        </Menu.Item>
        <Menu.Item leftSection={<IconX size={14} aria-hidden />} onClick={() => lines.forget(current)}>
          Take from this list
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function NameOfLine({ line }: { readonly line: Dialled }) {
  const name = useName("contact", line.contactId);
  return <>{name === null ? "Deleted contact" : (name ?? "…")}</>;
}

function ChannelName({ id }: { readonly id: string }) {
  const { data, isError } = useGetChannel(id);
  return <>{data?.name ?? (isError ? "Deleted channel" : "…")}</>;
}
