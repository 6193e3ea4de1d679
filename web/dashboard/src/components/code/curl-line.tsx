import { ActionIcon, Collapse, CopyButton, Tooltip, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCheck, IconChevronDown, IconChevronRight, IconCopy } from "@tabler/icons-react";
import classes from "./code.module.css";
import { type CurlCall, curlText } from "./curl-text.ts";

/** Folded away: the call that does by API what the form does, with what is in it now. */
export function CurlLine({ call }: { call(): CurlCall }) {
  const [isOpen, { toggle }] = useDisclosure(false);
  const text = isOpen ? curlText(call(), location.origin) : "";
  return (
    <div className={classes.curl}>
      <UnstyledButton className={classes.fold} onClick={toggle} aria-expanded={isOpen}>
        {isOpen ? <IconChevronDown size={14} /> : <IconChevronRight size={14} />}
        The same by API
      </UnstyledButton>
      <Collapse expanded={isOpen}>
        <div className={classes.block}>
          <pre>{text}</pre>
          <CopyButton value={text}>
            {({ copied, copy }) => (
              <Tooltip label={copied ? "Copied" : "Copy"}>
                <ActionIcon
                  className={classes.copy}
                  variant="default"
                  size="sm"
                  onClick={copy}
                  aria-label="Copy the call"
                >
                  {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
                </ActionIcon>
              </Tooltip>
            )}
          </CopyButton>
        </div>
      </Collapse>
    </div>
  );
}
