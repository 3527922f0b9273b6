import type { ServicePort } from "../../api/service.ts";
import { isFields, listOf } from "../../manifests/guards.ts";
import { type ServiceView, targetPortNumber } from "../../manifests/services.ts";
import { runningContainers, type WorkloadView } from "../../manifests/workloads.ts";
import type { ConnectionSpec } from "../spec.ts";

/** Protocols whose clients keep one connection, or a pool of them, open for as long as they can. */
const LONG_LIVED_WORDS: Readonly<Record<string, string>> = {
  grpc: "gRPC",
  h2c: "HTTP/2",
  http2: "HTTP/2",
  redis: "Redis",
  valkey: "Redis",
  memcached: "memcached",
  mongo: "MongoDB",
  mongodb: "MongoDB",
  mysql: "MySQL",
  mariadb: "MySQL",
  postgres: "PostgreSQL",
  postgresql: "PostgreSQL",
  psql: "PostgreSQL",
  cassandra: "Cassandra",
  cql: "Cassandra",
  amqp: "AMQP",
  amqps: "AMQP",
  rabbitmq: "AMQP",
  kafka: "Kafka",
  nats: "NATS",
  mqtt: "MQTT",
  zookeeper: "ZooKeeper",
  ws: "WebSocket",
  wss: "WebSocket",
};

const LONG_LIVED_PORTS: Readonly<Record<number, string>> = {
  1433: "SQL Server",
  1521: "Oracle",
  1883: "MQTT",
  2181: "ZooKeeper",
  3306: "MySQL",
  4222: "NATS",
  5432: "PostgreSQL",
  5672: "AMQP",
  6379: "Redis",
  9042: "Cassandra",
  9092: "Kafka",
  11211: "memcached",
  26257: "CockroachDB",
  27017: "MongoDB",
};

/**
 * How callers of a Service's port use connections, with the reason: long-lived for gRPC, h2c and
 * database protocols, else HTTP/1.1 keep-alive. Looks at `appProtocol`, the port's name by
 * Istio's convention (`grpc`, `grpc-web`, `tcp-redis`), gRPC probes on the target port, the
 * scheme of the address, and well-known port numbers, in this order.
 */
export function connectionKind(
  service: ServiceView,
  port: ServicePort | undefined,
  scheme: string | undefined,
): ConnectionSpec {
  const reason = longLivedReason(service, port, scheme);
  if (reason !== undefined) return { kind: "long-lived", reason };
  return { kind: "keep-alive", reason: "nothing says otherwise: HTTP/1.1 keep-alive assumed" };
}

function longLivedReason(
  service: ServiceView,
  port: ServicePort | undefined,
  scheme: string | undefined,
): string | undefined {
  const appProtocol = port?.appProtocol;
  if (appProtocol !== undefined) {
    const known = protocolIn(appProtocol.replace(/^kubernetes\.io\//, ""));
    return known === undefined ? undefined : `${known} by appProtocol "${appProtocol}"`;
  }
  const byName = port?.name === undefined ? undefined : protocolIn(port.name);
  if (byName !== undefined) return `${byName} by port name "${port?.name}"`;
  if (port !== undefined) {
    const probe = service.workloads.find((view) =>
      hasGrpcProbe(view, targetPortNumber(port, view)),
    );
    if (probe !== undefined) return `gRPC by the probe of ${probe.kind} "${probe.name}"`;
  }
  const byScheme = scheme === undefined ? undefined : protocolIn(scheme);
  if (byScheme !== undefined) return `${byScheme} by scheme "${scheme}"`;
  // An HTTP name or scheme speaks against a number that a database happens to use.
  if (/^https?(?:-|$)/.test(port?.name ?? "") || /^https?$/.test(scheme ?? "")) return undefined;
  return byNumber(service, port);
}

function protocolIn(text: string): string | undefined {
  for (const word of text.toLowerCase().split(/[^a-z0-9]+/)) {
    if (Object.hasOwn(LONG_LIVED_WORDS, word)) return LONG_LIVED_WORDS[word];
  }
  return undefined;
}

function byNumber(service: ServiceView, port: ServicePort | undefined): string | undefined {
  if (port === undefined) return undefined;
  const targets = service.workloads.map((view) => targetPortNumber(port, view));
  for (const number of [port.port, ...targets]) {
    if (number !== undefined && Object.hasOwn(LONG_LIVED_PORTS, number)) {
      return `${LONG_LIVED_PORTS[number]} by port number ${number}`;
    }
  }
  return undefined;
}

function hasGrpcProbe(view: WorkloadView, target: number | undefined): boolean {
  if (target === undefined) return false;
  return runningContainers(view).some(({ container }) =>
    [container.readinessProbe, container.livenessProbe, container.startupProbe].some((probe) => {
      if (!isFields(probe)) return false;
      if (isFields(probe.grpc)) return probe.grpc.port === target;
      const command = isFields(probe.exec) ? listOf(probe.exec.command).join(" ") : "";
      return command.includes("grpc_health_probe") && command.includes(`:${target}`);
    }),
  );
}
