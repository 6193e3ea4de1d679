import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import {
  CallToolRequestSchema,
  type CallToolResult,
  ListToolsRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { AppError } from "../../base/errors.ts";
import { type Caller, coversScope, type Route, RouteResponse, route } from "../../base/route.ts";
import { apiErrors } from "../errors.ts";
import { toAppError } from "../problem.ts";
import { buildTools, type McpTool, type ToolRequest } from "./tool.ts";

const instructions = `Errand carries out tasks for a company's customers with AI agents. A task says what an agent is to do, for which contact and when; each run is an execution whose steps can be read; what is said to a contact is in a conversation. Ids look like task_01k3… Times are ISO 8601 in UTC; a schedule carries its own IANA time zone. Lists are newest first; pass nextCursor back as cursor for more. Messages reach real customers: read a task before you trigger or change it.`;

const message = z.record(z.string(), z.json());
/** As many as the library takes at once. It refuses more whole, so they need no counting. */
const mostCounted = 100;
/** One message of JSON-RPC, or several, which older clients send. */
const messages = z.union([message, z.array(message)]);

/**
 * The MCP server as one route: every route that is marked as a tool, for programs that speak the Model Context Protocol
 * over streamable HTTP. It keeps no sessions, so any process may answer any call.
 */
export function mcpRoute(options: { readonly routes: readonly Route[]; readonly version: string }): Route {
  const tools = buildTools(options.routes);
  return route({
    scope: "read",
    method: "POST",
    path: "/mcp",
    operationId: "callMcp",
    tag: "MCP",
    summary: "Speak the Model Context Protocol",
    description:
      "Streamable HTTP without sessions: one JSON-RPC message in, its answer out, or several in a list, each of which counts as a request under the limit of a minute; send `Accept: application/json, text/event-stream`. Tools that the key's scope does not cover are not listed and refuse to run. Errors of the API come back as results with `isError`, with the same code, sentence and fields as over HTTP.",
    body: messages,
    // Else a batch, which older versions of the protocol know, would carry a hundred calls as one request.
    countsAs: (body) => (Array.isArray(body) ? Math.min(body.length, mostCounted) : 1),
    response: messages,
    examples: {
      body: { jsonrpc: "2.0", id: 1, method: "tools/list" },
      response: { jsonrpc: "2.0", id: 1, result: { tools: [] } },
    },
    handler: async ({ body, ...request }) => {
      const faults: unknown[] = [];
      const server = createMcpServer(options.version, tools, request, (fault) => faults.push(fault));
      const response = await exchange(server, body, request.headers);
      const [fault] = faults;
      // What is our fault is answered and logged as on every route, and not as an answer of the tool.
      if (fault !== undefined) throw fault;
      return response;
    },
  });
}

/** Hands one HTTP request to the server, which lives as long as the request. */
async function exchange(
  server: Server,
  body: unknown,
  headers: ToolRequest["headers"],
): Promise<RouteResponse<z.input<typeof messages>>> {
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  await server.connect(transport);
  try {
    const response = await transport.handleRequest(
      new Request("http://errand/mcp", { method: "POST", headers: textHeaders(headers) }),
      { parsedBody: body },
    );
    const text = await response.text();
    return new RouteResponse(text === "" ? undefined : JSON.parse(text), { status: response.status });
  } finally {
    await server.close();
  }
}

/** What the transport reads: what the client accepts and which version of the protocol it speaks. */
function textHeaders(headers: ToolRequest["headers"]): Record<string, string> {
  return Object.fromEntries(
    ["accept", "content-type", "mcp-protocol-version"].flatMap((name) => {
      const value = headers[name];
      return typeof value === "string" ? [[name, value]] : [];
    }),
  );
}

function createMcpServer(
  version: string,
  tools: readonly McpTool[],
  request: ToolRequest,
  onFault: (fault: unknown) => void,
): Server {
  const server = new Server({ name: "errand", version }, { capabilities: { tools: {} }, instructions });
  const { scope } = request.caller;
  server.setRequestHandler(ListToolsRequestSchema, async () => ({
    tools: tools
      .filter((tool) => coversScope(scope, tool.scope))
      .map(({ name, title, description, inputSchema, annotations }) => ({
        name,
        title,
        description,
        inputSchema,
        annotations,
      })),
  }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
    try {
      const result = await callTool(tools, params.name, params.arguments ?? {}, request);
      return { content: [{ type: "text", text: JSON.stringify(result ?? { done: true }) }] };
    } catch (error) {
      const known = toAppError(error);
      if (known.status >= 500) onFault(error);
      return describeError(known, request.requestId);
    }
  });
  return server;
}

async function callTool(
  tools: readonly McpTool[],
  name: string,
  args: Readonly<Record<string, unknown>>,
  request: ToolRequest,
): Promise<unknown> {
  const tool = tools.find((candidate) => candidate.name === name);
  if (tool === undefined)
    throw new AppError(apiErrors.tool_unknown, {
      message: `There is no tool "${name}". The tools are: ${tools.map((known) => known.name).join(", ")}.`,
    });
  const caller: Caller = request.caller;
  if (!coversScope(caller.scope, tool.scope))
    throw new AppError(apiErrors.scope_missing, {
      message: `${name} needs the scope "${tool.scope}"; the caller has "${caller.scope}".`,
      details: { requiredScope: tool.scope },
    });
  return tool.call(args, request);
}

/** The same as the problem document over HTTP, in an answer that the model reads and can act on. */
function describeError(error: AppError, requestId: string): CallToolResult {
  const { code, message: detail, errors, details, retryAfterSeconds } = error;
  const problem = {
    ...details,
    code,
    detail,
    ...(errors.length === 0 ? {} : { errors }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    requestId,
  };
  return { isError: true, content: [{ type: "text", text: JSON.stringify(problem) }] };
}
