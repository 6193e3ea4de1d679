/**
 * What a lower module lets higher modules add to it, without knowing them: the gate asks for facts, the agent loop
 * for tools. A point is a typed key; `main` collects what every module contributes and hands it to the core.
 */
export interface ExtensionPoint<T> {
  readonly name: string;
  /** Carries the type only; never set. */
  readonly type?: T;
}

export interface Contribution {
  readonly point: string;
  readonly items: readonly unknown[];
}

export function extensionPoint<T>(name: string): ExtensionPoint<T> {
  return { name };
}

/** Contributes `items` to `point`. */
export function contribute<T>(point: ExtensionPoint<T>, ...items: readonly T[]): Contribution {
  return { point: point.name, items };
}

/** Everything contributed, by point. Filled once at start-up, in the order of the modules. */
export class Extensions {
  readonly #items = new Map<string, unknown[]>();

  add(contributions: readonly Contribution[]): void {
    for (const { point, items } of contributions) {
      this.#items.set(point, [...(this.#items.get(point) ?? []), ...items]);
    }
  }

  /** The items of a point. The cast is safe because only `contribute` makes contributions, typed by the point. */
  of<T>(point: ExtensionPoint<T>): readonly T[] {
    return (this.#items.get(point.name) ?? []) as T[];
  }
}
