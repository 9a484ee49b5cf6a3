import {
  createTheme,
  type CSSVariablesResolver,
  localStorageColorSchemeManager,
  type MantineColorsTuple,
} from "@mantine/core";

const amber: MantineColorsTuple = [
  "#fff6e6",
  "#fdeacb",
  "#fbd69a",
  "#f7c169",
  "#f2b75c",
  "#e9a13b",
  "#c67c17",
  "#a8620a",
  "#8a4b00",
  "#6b3900",
];

export const theme = createTheme({
  primaryColor: "amber",
  primaryShade: { light: 4, dark: 4 },
  colors: { amber },
  autoContrast: true,
  luminanceThreshold: 0.4,
  fontFamily: "var(--sans)",
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "DejaVu Sans Mono", monospace',
  headings: { fontFamily: "var(--serif)", fontWeight: "400" },
  defaultRadius: "md",
  radius: { md: "10px" },
  cursorType: "pointer",
  focusRing: "auto",
  components: {
    Modal: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
    Tooltip: { defaultProps: { withinPortal: false } }, // inside the landmark of what it names
  },
});

/** Mantine speaks with Lumina's colours. */
export const variables: CSSVariablesResolver = () => {
  const own = {
    "--mantine-color-body": "var(--surface)",
    "--mantine-color-text": "var(--text)",
    "--mantine-color-dimmed": "var(--muted)",
    "--mantine-color-placeholder": "var(--muted)",
    "--mantine-color-default": "var(--surface)",
    "--mantine-color-default-hover": "var(--hover)",
    "--mantine-color-default-color": "var(--text)",
    "--mantine-color-default-border": "var(--line)",
    "--mantine-color-error": "var(--bad)",
  };
  return { variables: {}, light: own, dark: own };
};

export const schemes = localStorageColorSchemeManager({ key: "lumina-color-scheme" });
