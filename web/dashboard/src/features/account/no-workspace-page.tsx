import { Button } from "@mantine/core";
import { useGetSession } from "../../api/generated/sign-in/sign-in";
import { sayFailed } from "../../components/say.tsx";
import { leave } from "../../session/sign-out.ts";
import { AccountFrame } from "./account-frame.tsx";

/** For an account that is a member nowhere: the last workspace removed it. */
export function NoWorkspacePage() {
  const { data } = useGetSession();
  const who = data === undefined ? "Your account" : data.email;
  return (
    <AccountFrame
      title="You are in no workspace"
      lead={`${who} is not a member of any workspace any more. Ask an administrator for an invitation and open its link: the account stays yours.`}
    >
      <Button
        size="sm"
        variant="default"
        onClick={() => leave().catch((error: unknown) => sayFailed("You are still signed in", error))}
      >
        Sign out
      </Button>
    </AccountFrame>
  );
}
