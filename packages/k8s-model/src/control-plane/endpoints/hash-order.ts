import type { EndpointAddress, EndpointSubset, EndpointsPort } from "../../api/index.ts";
import { fnv128Hex } from "./fnv.ts";

/**
 * Puts items into the order of the hash of their Go text, which is how the real controller orders
 * ports and subsets: stable, but unrelated to what they hold.
 */
export function inHashOrder<T>(items: readonly T[], text: (item: T) => string): readonly T[] {
  if (items.length < 2) return items;
  return items
    .map((item) => ({ item, hash: fnv128Hex(text(item)) }))
    .sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0))
    .map(({ item }) => item);
}

/** Subsets in the order in which the controller writes them. */
export function inSubsetOrder(subsets: readonly EndpointSubset[]): readonly EndpointSubset[] {
  return inHashOrder(subsets, subsetText);
}

/** A port as Go's spew prints it with types. */
export function portText(port: EndpointsPort): string {
  return `(v1.EndpointPort)${bracedPort(port)}`;
}

/** A subset as Go's spew prints it with types. */
function subsetText({ addresses, notReadyAddresses, ports }: EndpointSubset): string {
  const ready = listText(addresses, bracedAddress);
  const notReady = listText(notReadyAddresses, bracedAddress);
  return (
    `(v1.EndpointSubset){Addresses:([]v1.EndpointAddress)${ready} ` +
    `NotReadyAddresses:([]v1.EndpointAddress)${notReady} ` +
    `Ports:([]v1.EndpointPort)${listText(ports, bracedPort)}}`
  );
}

function bracedPort({ name = "", port, protocol = "TCP", appProtocol }: EndpointsPort): string {
  return (
    `{Name:(string)${name} Port:(int32)${port} Protocol:(v1.Protocol)${protocol} ` +
    `AppProtocol:(*string)${appProtocol ?? "<nil>"}}`
  );
}

function bracedAddress({ ip, hostname = "", nodeName, targetRef }: EndpointAddress): string {
  return (
    `{IP:(string)${ip} Hostname:(string)${hostname} NodeName:(*string)${nodeName ?? "<nil>"} ` +
    `TargetRef:(*v1.ObjectReference)${targetRef === undefined ? "<nil>" : bracedRef(targetRef)}}`
  );
}

function bracedRef(ref: NonNullable<EndpointAddress["targetRef"]>): string {
  const text = (field: string): string => String(ref[field] ?? "");
  return (
    `{Kind:(string)${text("kind")} Namespace:(string)${text("namespace")} ` +
    `Name:(string)${text("name")} UID:(types.UID)${text("uid")} ` +
    `APIVersion:(string)${text("apiVersion")} ` +
    `ResourceVersion:(string)${text("resourceVersion")} FieldPath:(string)${text("fieldPath")}}`
  );
}

/** A list that no item was put into is nil in Go. */
function listText<T>(items: readonly T[] | undefined, text: (item: T) => string): string {
  if (items === undefined || items.length === 0) return "<nil>";
  return `[${items.map(text).join(" ")}]`;
}
