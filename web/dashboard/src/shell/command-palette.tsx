export function CommandPalette() {
  return null;
}
export function PaletteButton() {
  return null;
}
