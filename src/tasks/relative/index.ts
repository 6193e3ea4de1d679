export { findNextRelative, followContact, placeRelative } from "./place.ts";
export { createRelativeReconciler } from "./reconcile.ts";
export { createRelativeSweep, settleBeforeResume } from "./sweep.ts";
