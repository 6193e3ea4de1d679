import { createStore } from "../../api/store.ts";

/** Whether the search for pages, commands and objects is shown. */
export const paletteOpen = createStore(false);
