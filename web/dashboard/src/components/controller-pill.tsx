import { IconCircleCheck, IconRobot, IconUser, IconUserExclamation } from "@tabler/icons-react";
import type { Conversation } from "../api/generated/model";
import { MemberName } from "./member-name.tsx";
import { Pill } from "./pill.tsx";

export const controllerWords: Readonly<Record<Conversation["controller"], string>> = {
  agent: "Agent",
  human: "Member",
  none: "Waits for a person",
};

type Controlled = Pick<Conversation, "status" | "controller" | "controllerId">;

/** Who speaks for the company in a conversation, a member by name where it is known. */
export function ControllerPill({ status, controller, controllerId }: Controlled) {
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
      {controllerId === null ? controllerWords[controller] : <MemberName id={controllerId} />}
    </Pill>
  );
}
