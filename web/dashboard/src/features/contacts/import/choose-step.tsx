import { Alert, Button, FileButton, Group, Loader, Text } from "@mantine/core";
import { IconAlertTriangle, IconFileSpreadsheet } from "@tabler/icons-react";
import { type DragEvent, useState } from "react";
import { mostBytes, mostRows } from "./csv/rules.ts";
import classes from "./import.module.css";
import { saveFile } from "./save-file.ts";

interface ChooseStepProps {
  readonly isReading: boolean;
  /** Why the last file could not be taken. */
  readonly fault: string | null;
  onChoose(file: File): void;
}

const template =
  "\uFEFFexternal id,name,email,phone,language,time zone,tags,plan\r\ncrm-4711,Anna Keller,anna@example.com,+4930123456,de,Europe/Berlin,trial,pro\r\n";

/** The file: chosen or dropped. */
export function ChooseStep({ isReading, fault, onChoose }: ChooseStepProps) {
  const [isOver, setOver] = useState(false);

  function drop(event: DragEvent): void {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file !== undefined) onChoose(file);
  }

  return (
    <>
      {fault !== null && (
        <Alert
          mb="md"
          maw={640}
          color="red"
          variant="light"
          icon={<IconAlertTriangle size={18} />}
          title="The file was not taken"
          role="alert"
        >
          {fault}
        </Alert>
      )}
      <section
        aria-label="Drop a file"
        className={classes.drop}
        data-over={isOver || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        {isReading ? (
          <Loader role="progressbar" size="sm" aria-label="Reading the file" />
        ) : (
          <IconFileSpreadsheet size={28} stroke={1.5} aria-hidden />
        )}
        <Text size="sm">Drop a CSV file here, or</Text>
        <Group gap="xs" justify="center">
          <FileButton
            accept=".csv,.tsv,.txt,text/csv"
            inputProps={{ "aria-label": "CSV file" }}
            onChange={(file) => file !== null && onChoose(file)}
          >
            {(props) => (
              <Button {...props} disabled={isReading}>
                Choose a file
              </Button>
            )}
          </FileButton>
          <Button variant="default" onClick={() => saveFile("contacts-template.csv", template)}>
            Download a template
          </Button>
        </Group>
        <Text size="xs" c="dimmed" maw={440}>
          Up to {mostRows.toLocaleString("en")} rows and {mostBytes / 1024 / 1024} MB. Delimiter and encoding
          are recognised and can be changed. Nothing is imported before you have seen what would become of
          every row.
        </Text>
      </section>
    </>
  );
}
