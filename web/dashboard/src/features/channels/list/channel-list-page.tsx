import { Button } from "@mantine/core";
import {
  IconCircleCheck,
  IconCircleOff,
  IconMessageCircle,
  IconPencil,
  IconPlus,
  IconTrash,
} from "@tabler/icons-react";
import { keepPreviousData } from "@tanstack/react-query";
import { getRouteApi, Link, type LinkProps, useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { cursorQuery } from "../../../api/cursor-query.ts";
import { useListChannelsInfinite } from "../../../api/generated/channels/channels";
import type { Channel } from "../../../api/generated/model";
import { DataTable, type RowAction, useCursorList } from "../../../components/data-table/index.ts";
import { ChoiceFilter } from "../../../components/filter-bar/index.ts";
import { NoMatches } from "../../../components/no-matches.tsx";
import { Page } from "../../../components/page.tsx";
import { usePageKey } from "../../../components/page-keys.ts";
import { SearchInput } from "../../../components/search-input.tsx";
import type { ChannelSearch } from "../../../routes/channels.ts";
import { known } from "../../../routes/search.ts";
import { useMe } from "../../../session/session.ts";
import { removeChannel, switchChannel } from "../actions/channel-actions.tsx";
import { channelColumns } from "./channel-columns.tsx";
import { NoChannels } from "./empty-channels.tsx";
import classes from "./list.module.css";

const route = getRouteApi("/app/channels");
const pageSize = 50;
const iconSize = 14;

const states = [
  { value: "connected", label: "Connected" },
  { value: "disabled", label: "Disabled" },
] as const;

/** All channels, newest first. */
export function ChannelListPage() {
  const search = route.useSearch();
  const changeSearch = route.useNavigate();
  const navigate = useNavigate();
  const mayWrite = useMe().can("write");
  const query = useListChannelsInfinite(
    { ...search, limit: pageSize },
    { query: { ...cursorQuery, placeholderData: keepPreviousData } },
  );
  const rows = useCursorList(query);
  const columns = useMemo(() => channelColumns(mayWrite), [mayWrite]);
  const rowActions = useMemo(() => rowActionsOf(navigate, mayWrite), [navigate, mayWrite]);
  usePageKey("n", "New channel", () => void navigate({ to: "/channels/new" }), mayWrite);

  const replace = (next: ChannelSearch) => void changeSearch({ search: known(next), replace: true });
  const isFiltered = Object.keys(search).length > 0;
  return (
    <Page
      title="Channels"
      actions={
        mayWrite && (
          <Button
            leftSection={<IconPlus size={iconSize} aria-hidden />}
            title="N"
            renderRoot={(props) => <Link to="/channels/new" {...props} />}
          >
            New channel
          </Button>
        )
      }
      bar={
        <div className={classes.bar}>
          <SearchInput label="Search channels" value={search.q} onChange={(q) => replace({ ...search, q })} />
          <ChoiceFilter
            label="State"
            width={130}
            choices={states}
            value={search.status}
            onChange={(status) => replace({ ...search, status })}
          />
        </div>
      }
    >
      <DataTable
        label="Channels"
        rows={rows}
        columns={columns}
        rowId={idOf}
        rowLabel={nameOf}
        linkOf={linkOf}
        rowActions={rowActions}
        empty={
          isFiltered ? (
            <NoMatches noun="channel" onClear={() => replace({})}>
              There are channels, but none with this text and state.
            </NoMatches>
          ) : (
            <NoChannels />
          )
        }
      />
    </Page>
  );
}

const idOf = ({ id }: Channel) => id;
const nameOf = ({ name }: Channel) => name;
const linkOf = ({ id }: Channel): LinkProps => ({ to: "/channels/$channelId", params: { channelId: id } });

function rowActionsOf(
  navigate: ReturnType<typeof useNavigate>,
  mayWrite: boolean,
): readonly RowAction<Channel>[] {
  const looking: readonly RowAction<Channel>[] = [
    {
      key: "open",
      label: mayWrite ? "Edit" : "Open",
      icon: <IconPencil size={iconSize} aria-hidden />,
      run: ({ id }) => void navigate({ to: "/channels/$channelId", params: { channelId: id } }),
    },
    {
      key: "conversations",
      label: "Conversations",
      icon: <IconMessageCircle size={iconSize} aria-hidden />,
      run: ({ id }) => void navigate({ to: "/conversations", search: { channelId: id } }),
    },
  ];
  if (!mayWrite) return looking;
  return [
    ...looking,
    {
      key: "enable",
      label: "Enable",
      icon: <IconCircleCheck size={iconSize} aria-hidden />,
      isOffered: ({ status }) => status === "disabled",
      run: (channel) => void switchChannel(channel, "connected"),
    },
    {
      key: "disable",
      label: "Disable",
      icon: <IconCircleOff size={iconSize} aria-hidden />,
      isOffered: ({ status }) => status === "connected",
      run: (channel) => void switchChannel(channel, "disabled"),
    },
    {
      key: "delete",
      label: "Delete",
      icon: <IconTrash size={iconSize} aria-hidden />,
      isDangerous: true,
      run: (channel) => void removeChannel(channel),
    },
  ];
}
