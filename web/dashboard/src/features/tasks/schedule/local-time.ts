export { localParts, toInstant, toLocal } from "../../../components/local-time.ts";
