import { useState } from "react";

/** True from the first time that the flag was: what is loaded for it stays. */
export function useEverTrue(flag: boolean): boolean {
  const [wasTrue, setTrue] = useState(flag);
  if (flag && !wasTrue) setTrue(true);
  return flag || wasTrue;
}
