/** The parts of a package.json that name dependencies. */
export interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** What is wrong with the page of dependencies: packages that it does not explain, and explained ones that are gone. */
export function checkExplained(page: string, manifests: readonly Manifest[]): readonly string[] {
  const used = new Set(
    manifests.flatMap((manifest) => Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })),
  );
  const explained = new Set(
    Array.from(page.matchAll(/\*\*([^*]+)\*\*/g), ([, names]) => names ?? "").flatMap((names) =>
      names.split(",").map((name) => name.trim().replace(/\.$/, "")),
    ),
  );
  const missing = [...used].filter((name) => !explained.has(name));
  const gone = [...explained].filter((name) => !used.has(name));
  return [
    ...missing.map((name) => `docs/decisions/dependencies.md does not say why ${name} is here`),
    ...gone.map((name) => `docs/decisions/dependencies.md explains ${name}, which is no dependency`),
  ];
}
