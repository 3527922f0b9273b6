import type { EndpointAddress, EndpointSubset, Endpoints, EndpointsPort } from "../../api/index.ts";
import { sameLabels } from "../endpoint-slice/labels.ts";

/** Whether writing the second over the first would change nothing. */
export function sameEndpoints(a: Endpoints, b: Endpoints): boolean {
  return (
    sameLabels(a.metadata.labels, b.metadata.labels) &&
    sameLabels(a.metadata.annotations, b.metadata.annotations) &&
    sameSubsets(a.subsets ?? [], b.subsets ?? [])
  );
}

/** Whether two lists of subsets say the same; address objects that both share cost one comparison. */
export function sameSubsets(a: readonly EndpointSubset[], b: readonly EndpointSubset[]): boolean {
  return sameLists(a, b, sameSubset);
}

function sameSubset(a: EndpointSubset, b: EndpointSubset): boolean {
  return (
    sameLists(a.ports ?? [], b.ports ?? [], samePort) &&
    sameLists(a.addresses ?? [], b.addresses ?? [], sameAddress) &&
    sameLists(a.notReadyAddresses ?? [], b.notReadyAddresses ?? [], sameAddress)
  );
}

function sameLists<T>(
  a: readonly T[],
  b: readonly T[],
  same: (one: T, other: T) => boolean,
): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) {
    if (a[index] !== b[index] && !same(a[index] as T, b[index] as T)) return false;
  }
  return true;
}

function samePort(a: EndpointsPort, b: EndpointsPort): boolean {
  return (
    a.port === b.port &&
    (a.name ?? "") === (b.name ?? "") &&
    (a.protocol ?? "TCP") === (b.protocol ?? "TCP") &&
    a.appProtocol === b.appProtocol
  );
}

function sameAddress(a: EndpointAddress, b: EndpointAddress): boolean {
  const [left, right] = [a.targetRef, b.targetRef];
  return (
    a.ip === b.ip &&
    (a.hostname ?? "") === (b.hostname ?? "") &&
    a.nodeName === b.nodeName &&
    left?.kind === right?.kind &&
    left?.namespace === right?.namespace &&
    left?.name === right?.name &&
    left?.uid === right?.uid
  );
}
