import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A span as it arrived, with its attributes as plain values. */
export interface ReceivedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  /** OpenTelemetry's number: 1 internal, 2 server, 3 client, 5 consumer. */
  readonly kind: number;
  /** 0 unset, 2 error. */
  readonly status: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** An OpenTelemetry collector that keeps what it is sent by OTLP over HTTP, as JSON. */
export interface Collector {
  /** For instance `http://127.0.0.1:41234`. */
  readonly endpoint: string;
  readonly spans: readonly ReceivedSpan[];
  readonly resources: readonly Readonly<Record<string, unknown>>[];
  /** The paths that were posted to. */
  readonly paths: readonly string[];
  /** Everything that arrived, as text. */
  text(): string;
  close(): Promise<void>;
}

type OtlpValue = Readonly<Record<string, unknown>>;
interface OtlpAttributes {
  readonly attributes?: readonly { readonly key: string; readonly value: OtlpValue }[];
}
interface OtlpSpan extends OtlpAttributes {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: number;
  readonly status?: { readonly code?: number };
}
interface OtlpRequest {
  readonly resourceSpans: readonly {
    readonly resource: OtlpAttributes;
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

/** `status`: what every request is answered with. Default 200. */
export async function startCollector(options: { readonly status?: number } = {}): Promise<Collector> {
  const spans: ReceivedSpan[] = [];
  const resources: Readonly<Record<string, unknown>>[] = [];
  const paths: string[] = [];
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      paths.push(request.url ?? "");
      const body = Buffer.concat(chunks).toString();
      bodies.push(body);
      const { resourceSpans }: OtlpRequest = JSON.parse(body);
      for (const { resource, scopeSpans } of resourceSpans) {
        resources.push(valuesOf(resource));
        for (const scope of scopeSpans) spans.push(...scope.spans.map(toReceived));
      }
      response.writeHead(options.status ?? 200, { "content-type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    resources,
    paths,
    text: () => bodies.join("\n"),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function toReceived(span: OtlpSpan): ReceivedSpan {
  const { name, traceId, spanId, kind } = span;
  return {
    ...{ name, traceId, spanId, kind },
    parentSpanId: span.parentSpanId === "" ? undefined : span.parentSpanId,
    status: span.status?.code ?? 0,
    attributes: valuesOf(span),
  };
}

function valuesOf({ attributes = [] }: OtlpAttributes): Readonly<Record<string, unknown>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));
}

function plain(value: OtlpValue): unknown {
  const { arrayValue, intValue } = value;
  if (arrayValue !== undefined) return (arrayValue as { values: OtlpValue[] }).values.map(plain);
  return intValue === undefined ? Object.values(value)[0] : Number(intValue);
}
