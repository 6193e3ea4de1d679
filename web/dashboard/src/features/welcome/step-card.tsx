import { Button, Text, Title } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./step-card.module.css";

interface StepCardProps {
  readonly number: number;
  readonly title: string;
  readonly isOpen: boolean;
  readonly isDone: boolean;
  /** What was made, shown while the step is closed and done. */
  readonly summary: ReactNode;
  onOpen(): void;
  readonly children: ReactNode;
}

/** One step of the tour: open, done or still to come. */
export function StepCard({ number, title, isOpen, isDone, summary, onOpen, children }: StepCardProps) {
  return (
    <li className={classes.card} data-open={isOpen} aria-current={isOpen ? "step" : undefined}>
      <span className={classes.mark} data-done={isDone} aria-hidden>
        {isDone ? <IconCheck size={14} stroke={2.5} /> : number}
      </span>
      <div className={classes.body}>
        <div className={classes.head}>
          <div className={classes.words}>
            <Title order={2} className={classes.title}>
              {title}
              {isDone && <span className={classes.unseen}> (done)</span>}
            </Title>
            {!isOpen && isDone && (
              <Text size="sm" c="dimmed">
                {summary}
              </Text>
            )}
          </div>
          {!isOpen && (
            <Button variant="default" aria-label={`Open step ${number}: ${title}`} onClick={onOpen}>
              Open
            </Button>
          )}
        </div>
        {isOpen && <div className={classes.content}>{children}</div>}
      </div>
    </li>
  );
}
