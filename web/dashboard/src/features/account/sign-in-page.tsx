import { Anchor } from "@mantine/core";
import { Link, useRouter, useSearch } from "@tanstack/react-router";
import type { Session } from "../../api/generated/model";
import { beginSession } from "../../session/begin.ts";
import { nextPath } from "../../session/next-path.ts";
import { SignInForm } from "../../shell/sign-in-form.tsx";
import { AccountFrame } from "./account-frame.tsx";

export function SignInPage() {
  const { next } = useSearch({ from: "/sign-in" });
  const router = useRouter();

  function goOn(session: Session): void {
    beginSession(session);
    router.history.push(nextPath(next, location.origin));
  }

  return (
    <AccountFrame
      title="Sign in"
      foot={
        <Anchor renderRoot={(props) => <Link {...props} to="/forgot-password" />} fz="inherit">
          Forgot the password?
        </Anchor>
      }
    >
      <SignInForm onSignedIn={goOn} />
    </AccountFrame>
  );
}
