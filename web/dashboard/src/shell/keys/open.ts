import { createStore } from "../../api/store.ts";

/** Whether the list of keys is shown. */
export const keysDialogOpen = createStore(false);
