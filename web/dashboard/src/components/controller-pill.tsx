import { IconCircleCheck, IconRobot, IconUser, IconUserExclamation } from "@tabler/icons-react";
import type { Conversation } from "../api/generated/model";
import { Pill } from "./pill.tsx";

export const controllerWords: Readonly<Record<Conversation["controller"], string>> = {
  agent: "Agent",
  human: "Member",
  none: "Waits for a person",
};

/** Who speaks for the company in a conversation. */
export function ControllerPill({ status, controller }: Pick<Conversation, "status" | "controller">) {
  if (status === "closed")
    return (
      <Pill tone="grey" icon={IconCircleCheck}>
        Closed
      </Pill>
    );
  if (controller === "none")
    return (
      <Pill tone="amber" icon={IconUserExclamation}>
        {controllerWords.none}
      </Pill>
    );
  return (
    <Pill
      tone={controller === "human" ? "green" : "blue"}
      icon={controller === "human" ? IconUser : IconRobot}
    >
      {controllerWords[controller]}
    </Pill>
  );
}
