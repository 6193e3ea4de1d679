import { Collapse, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import classes from "./code.module.css";
import { type CurlCall, curlText } from "./curl-text.ts";
import { TextView } from "./text-view.tsx";

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
        <TextView text={text} label="the call" isCode />
      </Collapse>
    </div>
  );
}
