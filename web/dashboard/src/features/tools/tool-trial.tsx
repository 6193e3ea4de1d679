import { Alert, Button, Group, Stack, Text, Title } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useState } from "react";
import type { TestToolBody, Tool } from "../../api/generated/model";
import { useTestTool } from "../../api/generated/tools/tools";
import { ApiError, sentenceOf } from "../../api/problem.ts";
import { JsonView } from "../../components/code/json-view.tsx";
import { JsonField } from "../../components/form/index.ts";
import { ContactSelect } from "../../components/pickers/contact-select.tsx";
import { milliseconds } from "../../components/time-words.ts";
import { exampleInput } from "./example-input.ts";
import classes from "./tool-page.module.css";

/** Calls the saved tool as an agent would, and shows what went out and what came back. */
export function ToolTrial({ tool }: { readonly tool: Tool }) {
  const [input, setInput] = useState<Readonly<Record<string, unknown>>>(() => exampleInput(tool.inputSchema));
  const [fault, setFault] = useState<string | null>(null);
  const [contactId, setContactId] = useState<string | null>(null);
  const trial = useTestTool();

  function run(): void {
    const data: TestToolBody = {
      input: input as TestToolBody["input"],
      ...(contactId === null ? {} : { contactId }),
    };
    trial.mutate({ toolId: tool.id, data });
  }

  return (
    <section className={classes.trial} aria-labelledby="tool-trial">
      <Stack gap="md">
        <div>
          <Title order={2} id="tool-trial">
            Try it
          </Title>
          <Text size="sm" c="dimmed">
            Sends the request for real, as it is saved.
          </Text>
        </div>
        <JsonField
          label="Input"
          description="As a model would give it"
          value={input}
          onChange={setInput}
          onValidity={setFault}
          error={faultOf(trial.error)}
        />
        <ContactSelect
          label="Contact"
          description="Whom templates mean by contact"
          placeholder="None"
          value={contactId}
          onChange={setContactId}
        />
        <Group>
          <Button size="sm" loading={trial.isPending} disabled={fault !== null} onClick={run}>
            Send
          </Button>
        </Group>
        <div role="status">
          {trial.data !== undefined && (
            <Stack gap="sm">
              {trial.data.error !== null && (
                <Alert
                  color="red"
                  variant="light"
                  icon={<IconAlertTriangle size={18} aria-hidden />}
                  title="No answer"
                >
                  {trial.data.error.message}
                </Alert>
              )}
              {trial.data.answer !== null && (
                <>
                  <Text size="sm" fw={500}>
                    Answer {trial.data.answer.status}, after {milliseconds(trial.data.durationMs)}
                  </Text>
                  <JsonView value={trial.data.answer.body} label="the answer" />
                  {trial.data.answer.note !== undefined && (
                    <Text size="xs" c="dimmed">
                      {trial.data.answer.note}
                    </Text>
                  )}
                </>
              )}
              {trial.data.request !== null && (
                <>
                  <Text size="sm" fw={500}>
                    Request
                  </Text>
                  <JsonView value={trial.data.request} label="the request" />
                </>
              )}
            </Stack>
          )}
        </div>
      </Stack>
    </section>
  );
}

function faultOf(error: unknown): string | undefined {
  if (error === null) return undefined;
  if (error instanceof ApiError && error.faults.length > 0)
    return error.faults.map(({ path, message }) => `${path}: ${message}`).join(" ");
  return sentenceOf(error);
}
