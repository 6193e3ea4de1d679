export { SplitSkeleton } from "./split-skeleton.tsx";
export { SplitTabs } from "./split-tabs.tsx";
