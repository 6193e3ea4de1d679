import { SegmentedControl } from "@mantine/core";
import { useGetSession } from "../../api/generated/sign-in/sign-in";
import { sayFailed } from "../../components/say.tsx";
import { chooseTheme } from "../../session/use-theme.ts";

/** Chosen and kept with one click: what is chosen shows at once. */
export function ThemeChoice() {
  const { data } = useGetSession({ query: { staleTime: Number.POSITIVE_INFINITY } });
  return (
    <SegmentedControl
      aria-label="Theme"
      value={data?.theme ?? "system"}
      onChange={(theme) =>
        chooseTheme(theme).catch((error: unknown) => sayFailed("The theme is not kept", error))
      }
      data={[
        { value: "system", label: "System" },
        { value: "light", label: "Light" },
        { value: "dark", label: "Dark" },
      ]}
    />
  );
}
