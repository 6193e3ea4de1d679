export { trialRoutes } from "./http.ts";
