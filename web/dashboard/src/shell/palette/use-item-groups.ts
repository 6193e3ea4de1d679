import { IconArrowRight, IconHistory } from "@tabler/icons-react";
import { useRouter } from "@tanstack/react-router";
import { linkOfId } from "../../components/object-link.ts";
import type { Command } from "../keys/command.ts";
import type { Item, ItemGroup } from "./item.ts";
import { findBy } from "./rules.ts";
import { useFoundObjects } from "./use-found-objects.tsx";
import { useRecentPages } from "./use-recent-pages.ts";

/** Commands stand before the objects that were found, but do not push them out of sight. */
const mostBeforeObjects = 6;

/** What the palette lists for what was typed, and whether more may come. */
export function useItemGroups(typed: string, commands: readonly Command[]) {
  const router = useRouter();
  const recent = useRecentPages();
  const found = useFoundObjects(typed);
  const query = typed.trim();
  const link = linkOfId(query);
  if (link !== undefined) {
    const open = {
      ...{ id: query, label: `Open ${query}`, icon: IconArrowRight },
      run: () => void router.navigate(link),
    };
    return { groups: [{ heading: "By id", items: [open] }], isLooking: false };
  }
  const matching = findBy(commands, query);
  // Without a query what has keys of its own, and what can be done; the rest is found by its name.
  const listed =
    query === ""
      ? matching.filter(({ group, keys }) => group === "Commands" || keys !== undefined)
      : matching.slice(0, mostBeforeObjects);
  const ofGroup = (heading: Command["group"]): ItemGroup => ({
    heading,
    items: listed.filter(({ group }) => group === heading),
  });
  const pages: readonly Item[] = recent
    .filter(({ path }) => path !== router.state.location.pathname)
    .map(({ path, title }) => ({
      ...{ id: path, label: title, icon: IconHistory },
      run: () => router.history.push(path),
    }));
  const groups = [
    ...(query === "" ? [{ heading: "Recent", items: pages }] : []),
    ofGroup("Go to"),
    ofGroup("Commands"),
    ...found.groups,
  ];
  return { groups: groups.filter(({ items }) => items.length > 0), isLooking: found.isLooking };
}
