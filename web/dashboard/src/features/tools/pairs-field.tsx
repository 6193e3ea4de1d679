import { ActionIcon, Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { newPair, type Pair } from "./pairs.ts";
import classes from "./tool-page.module.css";

interface PairsFieldProps {
  /** "Headers" */
  readonly label: string;
  /** One of them: "header". */
  readonly one: string;
  readonly description: string;
  readonly value: readonly Pair[];
  onChange(value: readonly Pair[]): void;
  readonly error?: React.ReactNode;
  readonly isReadOnly: boolean;
  readonly path: string;
}

/** Names with templates: the headers or parameters of a request. */
export function PairsField({
  label,
  one,
  description,
  value,
  onChange,
  error,
  isReadOnly,
  path,
}: PairsFieldProps) {
  const change = (id: string, next: Partial<Pair>) =>
    onChange(value.map((pair) => (pair.id === id ? { ...pair, ...next } : pair)));
  return (
    <Stack gap={6} role="group" aria-label={label} data-path={path} tabIndex={-1}>
      <div>
        <div className={classes.legend}>{label}</div>
        <Text size="xs" c="dimmed">
          {description}
        </Text>
      </div>
      {value.map(({ id, name, template }, at) => (
        <div key={id} className={classes.pair}>
          <TextInput
            size="xs"
            aria-label={`Name of ${one} ${at + 1}`}
            placeholder="Name"
            value={name}
            readOnly={isReadOnly}
            onChange={({ currentTarget }) => change(id, { name: currentTarget.value })}
          />
          <TextInput
            size="xs"
            aria-label={`Value of ${one} ${at + 1}`}
            placeholder="{{input.orderId}}"
            value={template}
            readOnly={isReadOnly}
            onChange={({ currentTarget }) => change(id, { template: currentTarget.value })}
          />
          {!isReadOnly && (
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={`Remove ${one} ${at + 1}`}
              onClick={() => onChange(value.filter((pair) => pair.id !== id))}
            >
              <IconX size={14} aria-hidden />
            </ActionIcon>
          )}
        </div>
      ))}
      {error !== undefined && (
        <Text size="xs" c="error" role="alert">
          {error}
        </Text>
      )}
      {!isReadOnly && (
        <Group>
          <Button
            variant="subtle"
            size="compact-xs"
            leftSection={<IconPlus size={12} aria-hidden />}
            onClick={() => onChange([...value, newPair()])}
          >
            Add {one}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
