import { defineErrors } from "../base/errors.ts";

export const contactErrors = defineErrors({
  external_id_taken: [409, "Another contact of the workspace has this externalId."],
});
