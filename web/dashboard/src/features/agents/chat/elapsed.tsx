import { useEffect, useState } from "react";

/** Seconds since it was drawn first. Not read aloud: it would never stop. */
export function Elapsed() {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds((before) => before + 1), 1_000);
    return () => clearInterval(timer);
  }, []);
  return <span aria-hidden>{seconds} s</span>;
}
