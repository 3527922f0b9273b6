import type { Service } from "../../api/index.ts";

/** What became of a Service's wish for a load balancer. */
export interface Provisioning {
  readonly state: "not-asked" | "provisioned" | "pending";
  /** A sentence. */
  readonly reason: string;
}

/** `undefined` stands for the controller of Services without a class. */
export type ServedClasses = readonly (string | undefined)[];

/**
 * Whether a controller answers a Service of type LoadBalancer: one without a class by the default
 * controller, one with a class only by a controller of that class, never by the default one.
 */
export function provisioning({ spec }: Service, served: ServedClasses): Provisioning {
  if (spec.type !== "LoadBalancer") {
    return { state: "not-asked", reason: `Type ${spec.type ?? "ClusterIP"} asks for none.` };
  }
  const { loadBalancerClass } = spec as { readonly loadBalancerClass?: string };
  if (served.includes(loadBalancerClass)) {
    const whose = loadBalancerClass === undefined ? "no class" : `class ${loadBalancerClass}`;
    return { state: "provisioned", reason: `A controller serves Services of ${whose}.` };
  }
  const reason =
    loadBalancerClass === undefined
      ? "No controller serves Services without loadBalancerClass: EXTERNAL-IP stays <pending>."
      : `No controller serves loadBalancerClass ${loadBalancerClass}, and the default one leaves it alone: EXTERNAL-IP stays <pending>.`;
  return { state: "pending", reason };
}
