import { type LinkProps, useRouter } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";
import classes from "./light-link.module.css";

interface LightLinkProps {
  /** To a page of the dashboard, from its root. */
  readonly link: LinkProps;
  /** `bare`: says nothing of itself, for the content of a table's cell. */
  readonly look?: "name" | "bare";
  readonly children: ReactNode;
}

/**
 * A link for where there are hundreds and each row that scrolls into sight makes some. The router's own watches the
 * address, to know whether it leads to where one is, and loads on hover; this is an anchor and nothing else. Clicks on
 * them are followed in one place: `useLightLinks`.
 */
export function LightLink({ link, look = "name", children }: LightLinkProps) {
  const router = useRouter();
  return (
    <a href={hrefOf(router, link)} data-light="" className={classes[look]}>
      {children}
    </a>
  );
}

/** The address of a page. */
export function hrefOf(router: ReturnType<typeof useRouter>, link: LinkProps): string {
  return router.history.createHref(router.buildLocation(link).publicHref);
}

/** Goes where light links lead without loading the page anew. Once, in the frame. */
export function useLightLinks(): void {
  const router = useRouter();
  useEffect(() => {
    const linkAt = ({ target }: Event) =>
      target instanceof Element ? target.closest<HTMLAnchorElement>("a[data-light]") : null;
    const follow = (event: MouseEvent) => {
      const link = linkAt(event);
      // With such keys a browser opens a tab or a window, or saves.
      if (link === null || event.defaultPrevented || isWithKeys(event)) return;
      event.preventDefault();
      void router.navigate({ href: link.pathname + link.search });
    };
    const prepare = (event: Event) => {
      const link = linkAt(event);
      if (link !== null) void router.preloadRoute({ to: link.pathname });
    };
    document.addEventListener("click", follow);
    document.addEventListener("pointerdown", prepare);
    return () => {
      document.removeEventListener("click", follow);
      document.removeEventListener("pointerdown", prepare);
    };
  }, [router]);
}

/** Whether a click means more than "go there". */
function isWithKeys({
  ctrlKey,
  metaKey,
  shiftKey,
  altKey,
}: Pick<MouseEvent, "ctrlKey" | "metaKey" | "shiftKey" | "altKey">): boolean {
  return ctrlKey || metaKey || shiftKey || altKey;
}
