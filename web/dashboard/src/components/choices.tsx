import { Box } from "@mantine/core";
import { type ReactNode, useId } from "react";
import classes from "./choices.module.css";

export interface ChoiceOf<T extends string> {
  readonly value: T;
  readonly label: string;
  /** For assistive technology where the label is short: "Monday" for "Mon". */
  readonly name?: string;
}

interface CommonProps<T extends string> {
  /** What is chosen; for assistive technology unless the page shows it beside. */
  readonly label: string;
  readonly choices: readonly ChoiceOf<T>[];
  readonly error?: ReactNode;
  /** The API's path of the field. */
  readonly path?: string;
}

interface ChoicesProps<T extends string> extends CommonProps<T> {
  readonly value: T;
  onChange(value: T): void;
}

/** One of a few, all of them in sight. Arrow keys move as in every group of radio buttons. */
export function Choices<T extends string>({ label, choices, value, onChange, error, path }: ChoicesProps<T>) {
  const id = useId();
  const hasFault = isFault(error);
  return (
    <div>
      <div
        className={classes.choices}
        role="radiogroup"
        aria-label={label}
        aria-invalid={hasFault || undefined}
        aria-describedby={hasFault ? `${id}-error` : undefined}
      >
        {choices.map((choice) => (
          <label key={choice.value} className={classes.choice}>
            <input
              type="radio"
              name={id}
              aria-label={choice.name}
              checked={choice.value === value}
              onChange={() => onChange(choice.value)}
              data-path={choice.value === value ? path : undefined}
            />
            <span>{choice.label}</span>
          </label>
        ))}
      </div>
      <Fault id={`${id}-error`} error={error} />
    </div>
  );
}

interface ManyChoicesProps<T extends string> extends CommonProps<T> {
  readonly value: readonly T[];
  /** In the order of `choices`. */
  onChange(value: readonly T[]): void;
}

/** Any number of a few, all of them in sight. */
export function ManyChoices<T extends string>(props: ManyChoicesProps<T>) {
  const { label, choices, value, onChange, error, path } = props;
  const id = useId();
  const toggle = (toggled: T) =>
    onChange(
      choices.map((choice) => choice.value).filter((known) => (known === toggled) !== value.includes(known)),
    );
  return (
    <div>
      <Box className={classes.choices} role="group" aria-label={label}>
        {choices.map((choice, place) => (
          <label key={choice.value} className={classes.choice}>
            <input
              type="checkbox"
              aria-label={choice.name}
              checked={value.includes(choice.value)}
              onChange={() => toggle(choice.value)}
              aria-invalid={isFault(error) || undefined}
              aria-describedby={isFault(error) ? `${id}-error` : undefined}
              data-path={place === 0 ? path : undefined}
            />
            <span>{choice.label}</span>
          </label>
        ))}
      </Box>
      <Fault id={`${id}-error`} error={error} />
    </div>
  );
}

function Fault({ id, error }: { readonly id: string; readonly error: ReactNode }) {
  if (!isFault(error)) return null;
  return (
    <p id={id} className={classes.fault}>
      {error}
    </p>
  );
}

function isFault(error: ReactNode): boolean {
  return error !== undefined && error !== null && error !== false && error !== "";
}
