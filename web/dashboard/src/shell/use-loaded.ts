import { type ComponentType, useEffect, useEffectEvent, useState } from "react";
import { ConnectionError } from "../api/problem.ts";

interface Wanted<Props> {
  /** Always the same function. */
  load(): Promise<ComponentType<Props>>;
  readonly isWanted: boolean;
  onFailed(error: ConnectionError): void;
}

/** A component that is loaded when it is wanted for the first time, and again the next time if that failed. */
export function useLoaded<Props>({
  load,
  isWanted,
  onFailed,
}: Wanted<Props>): ComponentType<Props> | undefined {
  const [loaded, setLoaded] = useState<{ readonly component: ComponentType<Props> }>();
  const fail = useEffectEvent((cause: unknown) => onFailed(new ConnectionError(cause)));
  useEffect(() => {
    if (!isWanted || loaded !== undefined) return;
    let isCurrent = true;
    load().then(
      (component) => isCurrent && setLoaded({ component }),
      (cause: unknown) => isCurrent && fail(cause),
    );
    return () => {
      isCurrent = false;
    };
  }, [load, isWanted, loaded]);
  return loaded?.component;
}
