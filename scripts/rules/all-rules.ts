import { explicitExports, fileLength, quietImport, tellingName } from "./layout.ts";
import { everyTestRuns, marks } from "./marks.ts";
import type { Rule } from "./source.ts";
import { messagesPassTheGate, oneOwnerPerTable, sqlInStores } from "./sql.ts";
import { environment, outgoingRequests, time } from "./surroundings.ts";
import { listedSystemStatements } from "./system-statements.ts";

/** What a machine checks beside Biome and the import rules. There are no exceptions for single files. */
export const allRules: readonly Rule[] = [
  explicitExports,
  fileLength,
  tellingName,
  quietImport,
  sqlInStores,
  oneOwnerPerTable,
  messagesPassTheGate,
  listedSystemStatements,
  environment,
  time,
  outgoingRequests,
  marks,
  everyTestRuns,
];
