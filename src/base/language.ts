/** True for a well-formed BCP 47 tag such as `en`, `pt-BR` or `zh-Hant-TW`. */
export function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
