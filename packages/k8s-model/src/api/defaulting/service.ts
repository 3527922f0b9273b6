import { child, type Fields, field, items, setDefault, text, texts } from "../schema/fields.ts";
import { settleFamilies } from "../validation/service-addresses.ts";
import type { ServiceFamilies } from "./service-families.ts";

const CLIENT_IP_TIMEOUT_SECONDS = 10_800;

/** Whether the Service can be reached from outside: the condition for an external traffic policy. */
export function isExternallyAccessible(spec: Fields): boolean {
  const type = text(spec, "type");
  if (type === "LoadBalancer" || type === "NodePort") return true;
  return type === "ClusterIP" && texts(spec, "externalIPs").length > 0;
}

/** Whether the server chooses node ports for this Service. */
export function wantsNodePorts(spec: Fields): boolean {
  const type = text(spec, "type");
  if (type === "NodePort") return true;
  return type === "LoadBalancer" && field(spec, "allocateLoadBalancerNodePorts") !== false;
}

/** Whether load balancers need a health-check port on the nodes. */
export function wantsHealthCheckPort(spec: Fields): boolean {
  return text(spec, "type") === "LoadBalancer" && text(spec, "externalTrafficPolicy") === "Local";
}

/** Defaults of a Service, apart from its address families. Changes `service`. */
export function defaultServiceSpec(service: Fields): void {
  const spec = child(service, "spec") ?? {};
  service.spec = spec;
  setDefault(spec, "sessionAffinity", "None");
  if (text(spec, "sessionAffinity") === "None") delete spec.sessionAffinityConfig;
  if (text(spec, "sessionAffinity") === "ClientIP") defaultAffinityTimeout(spec);
  setDefault(spec, "type", "ClusterIP");

  for (const port of items(spec, "ports")) {
    setDefault(port, "protocol", "TCP");
    setDefault(port, "targetPort", field(port, "port") ?? 0);
  }
  if (isExternallyAccessible(spec)) setDefault(spec, "externalTrafficPolicy", "Cluster");
  const type = text(spec, "type");
  if (type === "ClusterIP" || type === "NodePort" || type === "LoadBalancer") {
    setDefault(spec, "internalTrafficPolicy", "Cluster", true);
  }
  if (type === "LoadBalancer") setDefault(spec, "allocateLoadBalancerNodePorts", true, true);
}

function defaultAffinityTimeout(spec: Fields): void {
  const clientIP = child(child(spec, "sessionAffinityConfig"), "clientIP");
  if (field(clientIP, "timeoutSeconds") !== undefined) return;
  spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: CLIENT_IP_TIMEOUT_SECONDS } };
}

/**
 * All defaults of a new Service that do not need an allocator. Families that contradict each other
 * are left as they are. Changes `service`.
 */
export function defaultService(service: Fields, families: ServiceFamilies): void {
  defaultServiceSpec(service);
  const spec = child(service, "spec") as Fields;
  const clusterIP = text(spec, "clusterIP");
  if (clusterIP !== "" && texts(spec, "clusterIPs").length === 0) spec.clusterIPs = [clusterIP];
  settleFamilies(spec, undefined, families);
}
