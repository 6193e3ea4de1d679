import {
  type Icon,
  IconBookmark,
  IconCalendarPlus,
  IconClockPause,
  IconDatabase,
  IconFlagCheck,
  IconNote,
  IconPlayerPlay,
  IconSearch,
  IconSend,
  IconSparkles,
  IconTool,
  IconUserSearch,
} from "@tabler/icons-react";
import type { Sort } from "./entry.ts";

export const sortIcons: Readonly<Record<Sort, Icon>> = {
  start: IconPlayerPlay,
  model: IconSparkles,
  tool: IconTool,
  message: IconSend,
  search: IconSearch,
  memory: IconBookmark,
  follow_up: IconCalendarPlus,
  contacts: IconUserSearch,
  wait: IconClockPause,
  checkpoint: IconDatabase,
  note: IconNote,
  finish: IconFlagCheck,
};
