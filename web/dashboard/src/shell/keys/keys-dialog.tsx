import { Modal, Title } from "@mantine/core";
import { Fragment } from "react";
import { usePageKeys } from "../../components/page-keys.ts";
import type { Command } from "./command.ts";
import { KeyCaps } from "./key-caps.tsx";
import classes from "./keys-dialog.module.css";
import { modKey } from "./mod-key.ts";

interface Line {
  readonly keys: string;
  readonly label: string;
}

const inLists: readonly Line[] = [
  { keys: "j", label: "Next row" },
  { keys: "k", label: "Previous row" },
  { keys: "Enter", label: "Open the row" },
  { keys: "x", label: "Select the row" },
  { keys: "Esc", label: "Clear the selection" },
];

const inForms: readonly Line[] = [{ keys: `${modKey}+Enter`, label: "Save" }];

interface KeysDialogProps {
  readonly commands: readonly Command[];
  readonly isOpen: boolean;
  onClose(): void;
}

/** All keys: those of every page, and those of the page that is shown. */
export function KeysDialog({ commands, isOpen, onClose }: KeysDialogProps) {
  const ofPage = usePageKeys();
  const everywhere: readonly Line[] = [
    { keys: `${modKey}+K`, label: "Search and commands" },
    ...commands.flatMap(({ keys, label }) => (keys === undefined ? [] : [{ keys, label }])),
  ];
  const onPage = ofPage.flatMap(({ key, label }) => (label === null ? [] : [{ keys: key, label }]));
  return (
    <Modal opened={isOpen} onClose={onClose} title="Keyboard shortcuts" size="lg">
      <div className={classes.columns}>
        <Keys heading="Everywhere" lines={everywhere} />
        <div>
          {onPage.length > 0 && <Keys heading="On this page" lines={onPage} />}
          <Keys heading="In lists" lines={inLists} />
          <Keys heading="In forms" lines={inForms} />
        </div>
      </div>
    </Modal>
  );
}

function Keys({ heading, lines }: { readonly heading: string; readonly lines: readonly Line[] }) {
  return (
    <section className={classes.group}>
      <Title order={3}>{heading}</Title>
      <dl className={classes.keys}>
        {lines.map(({ keys, label }) => (
          <Fragment key={`${keys} ${label}`}>
            <dt>{label}</dt>
            <dd>
              <KeyCaps keys={keys} />
            </dd>
          </Fragment>
        ))}
      </dl>
    </section>
  );
}
