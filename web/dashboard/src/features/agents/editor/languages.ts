/** Offered first; any other BCP 47 tag may be typed. */
export const languages: readonly string[] = [
  ...["en", "de", "fr", "es", "it", "pt", "pt-BR", "nl", "pl", "cs", "uk", "ru", "tr", "ar", "he"],
  ...["hi", "id", "ja", "ko", "vi", "zh-Hans", "zh-Hant", "sv", "da", "nb", "fi", "ro", "hu", "el"],
];

const names = new Intl.DisplayNames(["en"], { type: "language", fallback: "none" });

/** "German" for `de`; undefined for what is no language. */
export function languageName(tag: string): string | undefined {
  try {
    return names.of(tag.trim());
  } catch {
    return undefined;
  }
}
