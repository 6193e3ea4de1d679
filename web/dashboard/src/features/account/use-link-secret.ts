import { useNavigate, useRouterState } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { secretIn } from "./rules.ts";

/**
 * The secret of the link that opened the page. It is taken out of the address at once, so that it neither stays in the
 * browser's history nor travels with a copied address; another link pasted into the same tab is taken as well.
 */
export function useLinkSecret(): string {
  const hash = useRouterState({ select: ({ location }) => location.hash });
  const [secret, setSecret] = useState(() => secretIn(hash));
  const navigate = useNavigate();
  useEffect(() => {
    const found = secretIn(hash);
    if (found === "") return;
    setSecret(found);
    void navigate({ to: ".", hash: "", replace: true });
  }, [hash, navigate]);
  return secret;
}
