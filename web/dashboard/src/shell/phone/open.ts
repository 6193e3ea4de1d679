import { createStore } from "../../api/store.ts";

/** Whether the Phone is shown, beside whatever page. */
export const phoneOpen = createStore(false);
