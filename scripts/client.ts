import { generateClient, root } from "../src/program/dashboard/index.ts";

/** Makes the dashboard's client from openapi.json, for editors and the checks of types. A build makes it by itself. */
await generateClient(root, new AbortController().signal);
