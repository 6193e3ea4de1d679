import { useQuery } from "@tanstack/react-query";
import { listAgents } from "../api/generated/agents/agents";
import { listContacts } from "../api/generated/contacts/contacts";
import { listTasks } from "../api/generated/tasks/tasks";
import { queryClient } from "../api/query-client.ts";
import { contactLabel } from "./contact-label.ts";

type Kind = "agent" | "contact" | "task";

/** Ids that come up within this time are asked for together: a list of a hundred rows asks once, not a hundred times. */
const gatherMs = 10;
const mostTogether = 100;
const freshMs = 5 * 60_000;

type Names = ReadonlyMap<string, string>;

/** Where the object is read, so that the live stream's news of it reaches its name. */
const collections: Readonly<Record<Kind, string>> = {
  agent: "/v1/agents",
  contact: "/v1/contacts",
  task: "/v1/tasks",
};

const askers: Readonly<Record<Kind, (ids: string) => Promise<Names>>> = {
  agent: async (ids) => toNames((await listAgents({ ids, limit: mostTogether })).items, ({ name }) => name),
  contact: async (ids) => toNames((await listContacts({ ids, limit: mostTogether })).items, contactLabel),
  task: async (ids) => toNames((await listTasks({ ids, limit: mostTogether })).items, ({ name }) => name),
};

function toNames<T extends { readonly id: string }>(items: readonly T[], label: (item: T) => string): Names {
  return new Map(items.map((item) => [item.id, label(item)]));
}

interface Gathering {
  readonly ids: Set<string>;
  readonly names: Promise<Names>;
}

const gatherings = new Map<Kind, Gathering>();

function begin(kind: Kind): Gathering {
  const ids = new Set<string>();
  const names = new Promise<void>((resolve) => setTimeout(resolve, gatherMs)).then(() => {
    if (gatherings.get(kind)?.ids === ids) gatherings.delete(kind);
    return askers[kind]([...ids].join(","));
  });
  const gathering = { ids, names };
  gatherings.set(kind, gathering);
  return gathering;
}

/** The object's name, or null if there is none with this id any more. */
async function askName(kind: Kind, id: string): Promise<string | null> {
  let gathering = gatherings.get(kind) ?? begin(kind);
  if (gathering.ids.size >= mostTogether) gathering = begin(kind);
  gathering.ids.add(id);
  return (await gathering.names).get(id) ?? null;
}

/** The name of an object by its id: undefined while it is asked for, null if the object is gone. */
export function useName(kind: Kind, id: string | null): string | null | undefined {
  const { data } = useQuery(
    {
      queryKey: ["name", kind, id, `${collections[kind]}/${id}`],
      queryFn: () => askName(kind, id ?? ""),
      enabled: id !== null,
      staleTime: freshMs,
    },
    queryClient,
  );
  return data;
}
