import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

/** The one accent. Shade 7 on white and shade 3 on the dark ground both have a contrast above 4.5. */
const accent: MantineColorsTuple = [
  "#eef2ff",
  "#dfe5fd",
  "#bcc8f8",
  "#94a7f2",
  "#728bed",
  "#5d79e9",
  "#4c69df",
  "#3a55c4",
  "#3049a8",
  "#273c8c",
];

/** Slightly blue greys: text at 0, ground at 8, raised surfaces at 7 and 6. */
const dark: MantineColorsTuple = [
  "#d5d9e2",
  "#b9bfcc",
  "#98a0b0",
  "#6d7688",
  "#454d5e",
  "#333a49",
  "#262c39",
  "#1c212c",
  "#151922",
  "#0f121a",
];

const family = '"Inter Variable", Inter, system-ui, -apple-system, "Segoe UI", sans-serif';

export const theme = createTheme({
  primaryColor: "accent",
  primaryShade: { light: 7, dark: 6 },
  colors: { accent, dark },
  fontFamily: family,
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "Roboto Mono", Menlo, Consolas, monospace',
  headings: {
    fontFamily: family,
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "1.25rem", lineHeight: "1.75rem" },
      h2: { fontSize: "1rem", lineHeight: "1.5rem" },
      h3: { fontSize: "0.875rem", lineHeight: "1.25rem" },
    },
  },
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.25rem" },
  defaultRadius: "sm",
  cursorType: "pointer",
  respectReducedMotion: true,
  autoContrast: true,
  components: {
    Button: { defaultProps: { size: "xs" } },
    InputWrapper: { defaultProps: { inputWrapperOrder: ["label", "input", "description", "error"] } },
    TextInput: { defaultProps: { size: "sm" } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
    Modal: {
      defaultProps: {
        centered: true,
        overlayProps: { backgroundOpacity: 0.4 },
        closeButtonProps: { "aria-label": "Close" },
      },
      styles: { title: { fontWeight: 600 } },
    },
    Menu: { defaultProps: { shadow: "md", withinPortal: true } },
    // Under a title it would be a grey with a contrast of 3.3.
    Notification: { styles: { description: { color: "var(--mantine-color-text)" } } },
  },
});

/** Tinted grounds as the pills have them, the same under the pointer, and the words on them. */
type Tints = Readonly<Record<string, readonly [ground: string, hover: string, words: string]>>;

const lightTints: Tints = {
  red: ["#fde5e4", "#fbd6d4", "#a3211d"],
  green: ["#def3e5", "#cdebd8", "#14622f"],
  yellow: ["#fcefcf", "#f9e5b4", "#7a4b00"],
  orange: ["#fcefcf", "#f9e5b4", "#7a4b00"],
  blue: ["#e4eafd", "#d5dffb", "#273c8c"],
  gray: ["#eceef2", "#e1e4ea", "#474f5d"],
};

const darkTints: Tints = {
  red: ["#431b1c", "#522223", "#f7a6a2"],
  green: ["#12351f", "#174427", "#7fd69b"],
  yellow: ["#3a2c0b", "#4a380e", "#efc364"],
  orange: ["#3a2c0b", "#4a380e", "#efc364"],
  blue: ["#1f2b52", "#283766", "#a9baf6"],
  gray: ["#262c39", "#303747", "#b9bfcc"],
};

function toVariables(tints: Tints): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tints).flatMap(([name, [ground, hover, words]]) => [
      [`--mantine-color-${name}-light`, ground],
      [`--mantine-color-${name}-light-hover`, hover],
      [`--mantine-color-${name}-light-color`, words],
    ]),
  );
}

/** Mantine's dimmed grey, its reds and the words of its tinted grounds are below a contrast of 4.5; ours are above it. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    ...toVariables(lightTints),
    "--mantine-color-dimmed": "#5c6575",
    "--mantine-color-placeholder": "#6b7484",
    "--mantine-color-error": "#c92a2a",
    "--mantine-color-red-filled": "#c92a2a",
    "--mantine-color-red-filled-hover": "#b02525",
    "--errand-ground": "#ffffff",
    "--errand-rail": "#f7f8fa",
    "--errand-line": "#e3e6eb",
    "--errand-hover": "#f3f5f8",
    "--errand-selected": "#eef2ff",
  },
  dark: {
    ...toVariables(darkTints),
    "--mantine-color-dimmed": "#98a0b0",
    "--mantine-color-placeholder": "#98a0b0",
    "--mantine-color-error": "#f7a6a2",
    "--mantine-color-red-filled": "#c92a2a",
    "--mantine-color-red-filled-hover": "#b02525",
    "--mantine-color-body": "#151922",
    "--errand-ground": "#151922",
    "--errand-rail": "#0f121a",
    "--errand-line": "#262c39",
    "--errand-hover": "#1c212c",
    "--errand-selected": "#202a48",
  },
});
