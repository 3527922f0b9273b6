import type { Service } from "../../api/index.ts";
import { provisioning, waysIn } from "../../data-plane/index.ts";
import type { Finding } from "./finding.ts";
import type { ServiceSituation } from "./situation.ts";

/** A name outside the cluster: nothing here routes to it. */
export function isExternalName({ object }: ServiceSituation): boolean {
  return object?.spec.type === "ExternalName";
}

/** An ExternalName: clients resolve it and leave the cluster by themselves. */
export function externalName({ service, object }: ServiceSituation): Finding {
  return {
    severity: "info",
    subject: service,
    message:
      `is a CNAME to ${object?.spec.externalName ?? "nothing"}: no proxy programs it. Requests to it ` +
      "are counted as refused here, for what is behind that name is not simulated.",
    rule: "a Service of type ExternalName has no address and no endpoints",
  };
}

/** What keeps clients outside from a Service of type LoadBalancer, as far as its object says. */
export function waysInOf({ service, object }: ServiceSituation): readonly Finding[] {
  if (object?.spec.type !== "LoadBalancer" || hasAddress(object)) return [];
  // That somebody serves Services without a class is taken for granted; who serves a class is not.
  const { state } = provisioning(object, [undefined]);
  const { loadBalancerClass } = object.spec;
  const pending: readonly Finding[] =
    state === "pending"
      ? [
          {
            severity: "warning",
            subject: service,
            message:
              `has loadBalancerClass ${String(loadBalancerClass)} and no address: unless a controller ` +
              "of that class runs, EXTERNAL-IP stays <pending>. Outside traffic is simulated as if it did.",
            rule: "the default controller leaves Services with a loadBalancerClass alone",
          },
        ]
      : [];
  return [...pending, ...withoutNodePorts(service, object)];
}

function withoutNodePorts(service: string, object: Service): readonly Finding[] {
  const { allocateLoadBalancerNodePorts } = object.spec;
  if (allocateLoadBalancerNodePorts !== false || waysIn(object).ways.length > 0) return [];
  return [
    {
      severity: "info",
      subject: service,
      message:
        "has no node ports: only a balancer that sends to pods, or one whose address the nodes " +
        "answer, can reach it.",
      rule: "spec.allocateLoadBalancerNodePorts is false",
    },
  ];
}

function hasAddress({ status }: Service): boolean {
  const { loadBalancer } = (status ?? {}) as {
    readonly loadBalancer?: { readonly ingress?: readonly unknown[] };
  };
  return (loadBalancer?.ingress ?? []).length > 0;
}
