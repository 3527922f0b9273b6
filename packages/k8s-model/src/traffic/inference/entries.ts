import type { ServicePort } from "../../api/service.ts";
import { isFields, listOf } from "../../manifests/guards.ts";
import type { ManifestObject } from "../../manifests/manifest-object.ts";
import type { ServiceView } from "../../manifests/services.ts";
import type { WorkloadKey } from "../spec.ts";
import type { CallEdge, Entry } from "./call-graph-types.ts";
import { connectionKind } from "./connection-kind.ts";

/** What the cluster's own components serve is not taken for the application's front door. */
const SYSTEM_NAMESPACES = new Set(["kube-system", "kube-public", "kube-node-lease"]);

/**
 * Where requests enter: backends of Ingresses, Services of type LoadBalancer or NodePort, and
 * Services with pods that nobody calls. One port each: the one an Ingress names, else the one
 * that most likely is the front door. In the namespaces of the system only the first two count.
 */
export function entriesOf(
  objects: readonly ManifestObject[],
  services: readonly ServiceView[],
  edges: readonly CallEdge[],
  clients: readonly WorkloadKey[],
): Omit<Entry, "reachedBy">[] {
  const entries = new Map<string, Omit<Entry, "reachedBy">>();
  const add = (service: ServiceView, port: ServicePort | undefined, reason: string) => {
    const isOfClients = service.workloads.every((view) => clients.includes(view.key));
    if (port === undefined || isOfClients) return;
    const to = { service: service.key, port: port.port };
    const key = `${to.service}:${to.port}`;
    const connection = connectionKind(service, port, undefined);
    if (!entries.has(key)) entries.set(key, { to, connection, reason });
  };
  const byIngress = new Set<string>();
  for (const { service, port, ingress } of ingressBackends(objects, services)) {
    byIngress.add(service.key);
    add(service, port, `backend of Ingress "${ingress}"`);
  }
  const calledPods = new Set<string>();
  const callers = new Set(edges.map(({ to }) => to.service));
  for (const service of services) {
    if (callers.has(service.key)) for (const view of service.workloads) calledPods.add(view.key);
  }
  for (const service of services) {
    if (byIngress.has(service.key)) continue;
    if (service.type === "LoadBalancer" || service.type === "NodePort") {
      add(service, frontPort(service), `type ${service.type}`);
    } else if (
      !callers.has(service.key) &&
      !SYSTEM_NAMESPACES.has(service.namespace) &&
      !service.workloads.some((view) => calledPods.has(view.key))
    ) {
      add(service, frontPort(service), UNCALLED);
    }
  }
  return withoutTwins([...entries.values()], services);
}

/** Of several Services on the same pods that nobody calls, one is enough: the first with a cluster IP. */
function withoutTwins(
  entries: readonly Omit<Entry, "reachedBy">[],
  services: readonly ServiceView[],
): Omit<Entry, "reachedBy">[] {
  const byKey = new Map(services.map((service) => [service.key, service]));
  const podsOf = (entry: Omit<Entry, "reachedBy">) =>
    byKey.get(entry.to.service)?.workloads.map((view) => view.key) ?? [];
  const rank = (entry: Omit<Entry, "reachedBy">) =>
    entry.reason !== UNCALLED ? 0 : byKey.get(entry.to.service)?.headless === true ? 2 : 1;
  const served = new Set<string>();
  const kept = [...entries]
    .sort((a, b) => rank(a) - rank(b))
    .filter((entry) => {
      const pods = podsOf(entry);
      const twin = entry.reason === UNCALLED && pods.every((key) => served.has(key));
      for (const key of pods) served.add(key);
      return !twin;
    });
  const order = (entry: Omit<Entry, "reachedBy">) => `${entry.to.service}:${entry.to.port}`;
  return kept.sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

/** The reason of an entry that is one only because no caller is known. */
export const UNCALLED = "nobody in the input calls it";

interface Backend {
  readonly service: ServiceView;
  readonly port: ServicePort | undefined;
  readonly ingress: string;
}

function ingressBackends(
  objects: readonly ManifestObject[],
  services: readonly ServiceView[],
): Backend[] {
  const byKey = new Map(services.map((service) => [service.key, service]));
  return objects
    .filter(({ object }) => object.kind === "Ingress")
    .flatMap(({ object }) => {
      const spec = isFields(object.spec) ? object.spec : {};
      const paths = listOf(spec.rules).flatMap((rule) =>
        isFields(rule) && isFields(rule.http) ? listOf(rule.http.paths) : [],
      );
      const backends = [
        spec.defaultBackend,
        ...paths.map((path) => (isFields(path) ? path.backend : undefined)),
      ];
      return backends.flatMap((backend) => {
        const target = isFields(backend) && isFields(backend.service) ? backend.service : undefined;
        const service = byKey.get(`${object.metadata.namespace}/${String(target?.name)}`);
        if (service === undefined) return [];
        const wanted = isFields(target?.port) ? target.port : {};
        const port = service.ports.find(
          ({ port: number, name }) =>
            number === wanted.number || (name !== undefined && name === wanted.name),
        );
        return [{ service, port, ingress: object.metadata.name }];
      });
    });
}

/** The port that users come through: named for HTTP, else 80 or 443, else the first over TCP. */
function frontPort(service: ServiceView): ServicePort | undefined {
  const tcp = service.ports.filter(({ protocol }) => protocol === undefined || protocol === "TCP");
  return (
    tcp.find(({ name, appProtocol }) => /^http2?(?:-|$)/.test(name ?? appProtocol ?? "")) ??
    tcp.find(({ port }) => port === 80) ??
    tcp.find(({ port }) => port === 443) ??
    tcp[0]
  );
}
