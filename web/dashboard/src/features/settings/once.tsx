import { Alert, Button, Code, CopyButton, Group, Stack, Text } from "@mantine/core";
import { IconCheck, IconCopy, IconKey } from "@tabler/icons-react";
import type { ReactNode } from "react";

interface OnceProps {
  readonly title: string;
  /** What it is good for, and that it does not come back. */
  readonly text: ReactNode;
  /** The secret. */
  readonly value: string;
  /** What the button copies: "key", "link". */
  readonly what: string;
  onDone(): void;
  readonly children?: ReactNode;
}

/** A secret that the server shows this once. It stays until it is put away by hand. */
export function Once({ title, text, value, what, onDone, children }: OnceProps) {
  return (
    <Alert variant="light" icon={<IconKey size={18} aria-hidden />} title={title} m="sm" role="status">
      <Stack gap="sm">
        <Text size="sm">{text}</Text>
        <Code block style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>
          {value}
        </Code>
        {children}
        <Group gap="xs">
          <CopyButton value={value}>
            {({ copied, copy }) => (
              <Button leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />} onClick={copy}>
                {copied ? "Copied" : `Copy ${what}`}
              </Button>
            )}
          </CopyButton>
          <Button variant="default" onClick={onDone}>
            Done
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
