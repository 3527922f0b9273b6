import type { Diagnostic } from "../diagnostic.ts";
import { kindUse } from "../kinds.ts";
import type { ManifestObject } from "../manifest-object.ts";
import { servicesOf } from "../services.ts";
import { workloadsOf } from "../workloads.ts";
import { namespaceDiagnostics, otherReferenceDiagnostics } from "./other-references.ts";
import { podReferenceDiagnostics } from "./pod-references.ts";
import { serviceEndpointDiagnostics } from "./service-endpoints.ts";
import { targetPortDiagnostics } from "./target-ports.ts";

/**
 * What objects of the input say about each other and does not hold: a `targetPort` that no
 * container names, a selector that matches nothing, a pod on a node that is not there. What each
 * object says about itself is validation's.
 */
export function checkReferences(objects: readonly ManifestObject[]): Diagnostic[] {
  const read = objects.filter(
    ({ object }) =>
      kindUse(object.apiVersion, object.kind) !== "ignored" || object.kind === "Endpoints",
  );
  const workloads = workloadsOf(read);
  const services = servicesOf(read, workloads);
  return [
    ...services.flatMap(targetPortDiagnostics),
    ...serviceEndpointDiagnostics(read, services, workloads),
    ...podReferenceDiagnostics(read, workloads),
    ...otherReferenceDiagnostics(read, services),
    ...namespaceDiagnostics(read),
  ];
}
