import type { FieldError } from "../base/errors.ts";
import { modelServerKinds } from "./models/index.ts";
import type { ModelPrices } from "./prices.ts";
import type { ProviderKind } from "./provider-store.ts";
import { findBaseUrlFault, isSameServer } from "./rules.ts";

/** A provider as it would be after a change. */
interface ProviderSetup {
  readonly kind: ProviderKind;
  readonly baseUrl: string | null;
  readonly hasApiKey: boolean;
  readonly prices: ModelPrices;
}

/** What of it a request gave; undefined: nothing. */
interface SentSetup {
  readonly baseUrl?: string | null | undefined;
  readonly apiKey?: string | null | undefined;
}

/** The provider before the change. */
interface FormerSetup {
  readonly baseUrl: string | null;
  readonly hasApiKey: boolean;
}

/** What is wrong with a provider's address, key and prices, by its kind. */
export function findProviderFaults(
  setup: ProviderSetup,
  sent: SentSetup,
  before?: FormerSetup,
): readonly FieldError[] {
  if (setup.kind === "sandbox") return findSandboxFaults(setup);
  const urlFault = sent.baseUrl == null ? undefined : findBaseUrlFault(sent.baseUrl);
  if (urlFault !== undefined) return [{ path: "baseUrl", code: "url_invalid", message: urlFault }];
  const place = placeOf(setup.kind, setup.baseUrl);
  if (place === undefined)
    return [{ path: "baseUrl", code: "required", message: `is required for the kind ${setup.kind}` }];
  if (before?.hasApiKey && sent.apiKey === undefined) {
    const formerPlace = placeOf(setup.kind, before.baseUrl) ?? place;
    if (!isSameServer(formerPlace, place)) {
      const message = "must be sent again, or as null, when baseUrl moves to another server";
      return [{ path: "apiKey", code: "required", message }];
    }
  }
  if (setup.baseUrl === null && !setup.hasApiKey) {
    const message = `is required for the kind ${setup.kind}, unless baseUrl leads to a server that needs none`;
    return [{ path: "apiKey", code: "required", message }];
  }
  return [];
}

function findSandboxFaults({ baseUrl, hasApiKey, prices }: ProviderSetup): readonly FieldError[] {
  const message = "must be left out: the sandbox is built in, calls nothing and costs nothing";
  const given = [
    ...(baseUrl === null ? [] : ["baseUrl"]),
    ...(hasApiKey ? ["apiKey"] : []),
    ...(Object.keys(prices).length === 0 ? [] : ["prices"]),
  ];
  return given.map((path) => ({ path, code: "not_allowed", message }));
}

/** Where calls of this provider go; undefined: nowhere. */
export function placeOf(kind: ProviderKind, baseUrl: string | null): string | undefined {
  return kind === "sandbox" ? undefined : (baseUrl ?? modelServerKinds[kind].ownBaseUrl);
}
