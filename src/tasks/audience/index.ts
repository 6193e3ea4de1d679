export { audienceFilter, isFastEnough, slowPace } from "./filter.ts";
export { cancelAudience, fireAudience, triggerAudience } from "./fire.ts";
