import { useEffect, useState } from "react";
import { useReachable } from "../api/connection.ts";
import classes from "./frame.module.css";

/** Shorter breaks are not worth a word. */
const patienceMs = 1_500;

/** Says that the connection is lost, and goes when it is back. It lies over the page, which must not jump under a hand. */
export function ConnectionBanner() {
  const isReachable = useReachable();
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    if (isReachable) return setShown(false);
    const timer = setTimeout(() => setShown(true), patienceMs);
    return () => clearTimeout(timer);
  }, [isReachable]);
  if (!isShown) return null;
  return (
    <div className={classes.offline} role="status">
      The connection to the server is lost. Trying again; what you see may be out of date.
    </div>
  );
}
