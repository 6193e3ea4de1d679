/** True for a well-formed BCP 47 tag such as `en`, `pt-BR` or `zh-Hant-TW`. */
export function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

/** For instance `German (de)`: the language in English with its tag, or the tag alone where it has no name. */
export function describeLanguage(tag: string): string {
  const name = findName(tag);
  return name === undefined || name === tag ? tag : `${name} (${tag})`;
}

/** Names are known of tags without extensions and private use only; for others `Intl.DisplayNames` throws. */
function findName(tag: string): string | undefined {
  try {
    return new Intl.DisplayNames("en", { type: "language" }).of(new Intl.Locale(tag).baseName);
  } catch {
    return undefined;
  }
}
