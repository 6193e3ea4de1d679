import { useMantineColorScheme } from "@mantine/core";
import { useEffect } from "react";
import type { Session, SessionTheme } from "../api/generated/model";
import { getGetSessionQueryKey, updateProfile, useGetSession } from "../api/generated/sign-in/sign-in";
import { queryClient } from "../api/query-client.ts";

/** Shows the dashboard in the theme of the profile, whichever browser it was chosen in. */
export function useProfileTheme(): void {
  const { data: theme } = useGetSession({
    query: { staleTime: Number.POSITIVE_INFINITY, select: (session) => session.theme },
  });
  const { setColorScheme } = useMantineColorScheme();
  useEffect(() => {
    if (theme !== undefined) setColorScheme(toColorScheme(theme));
  }, [theme, setColorScheme]);
}

function toColorScheme(theme: SessionTheme): "auto" | "light" | "dark" {
  return theme === "system" ? "auto" : theme;
}

/** Shows another theme at once and keeps it in the profile. Throws what the API refuses; the old one is back then. */
export async function chooseTheme(theme: SessionTheme): Promise<void> {
  const key = getGetSessionQueryKey();
  const show = (shown: SessionTheme) =>
    queryClient.setQueryData<Session>(key, (session) => session && { ...session, theme: shown });
  const before = queryClient.getQueryData<Session>(key)?.theme;
  show(theme);
  try {
    await updateProfile({ theme });
  } catch (error) {
    if (before !== undefined) show(before);
    throw error;
  }
}
