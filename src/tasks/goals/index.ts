export { checkGoals } from "./check.ts";
export { goalContributions } from "./contributions.ts";
