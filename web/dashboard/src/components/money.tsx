/** US dollars as people read them: four decimals below a cent, two above. */
export function dollars(usd: string): string {
  const value = Number(usd);
  if (value === 0) return "$0.00";
  if (value < 0.0001) return "< $0.0001";
  return `$${value.toFixed(value < 0.1 ? 4 : 2)}`;
}

/** A decimal string of US dollars; the exact one is its title. */
export function Money({ usd }: { readonly usd: string | null }) {
  if (usd === null) return <span>–</span>;
  return <span title={`${usd} USD`}>{dollars(usd)}</span>;
}
