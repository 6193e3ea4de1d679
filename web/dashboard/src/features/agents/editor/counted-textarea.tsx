import { Textarea, type TextareaProps } from "@mantine/core";
import classes from "./editor.module.css";

interface CountedTextareaProps extends TextareaProps {
  readonly value: string;
  /** What the API takes at most. */
  readonly most: number;
}

const count = new Intl.NumberFormat("en-GB");

/** A long text with how much of its room is used. */
export function CountedTextarea({ value, most, description, ...rest }: CountedTextareaProps) {
  return (
    <Textarea
      {...rest}
      value={value}
      autosize
      description={
        <span className={classes.counted}>
          <span>{description}</span>
          <span className={classes.count} data-over={value.length > most || undefined}>
            {count.format(value.length)} / {count.format(most)}
          </span>
        </span>
      }
    />
  );
}
