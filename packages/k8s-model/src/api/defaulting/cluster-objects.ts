import {
  child,
  ensureChild,
  type Fields,
  field,
  items,
  setDefault,
  text,
  texts,
} from "../schema/fields.ts";

/** Defaults of an EndpointSlice: a port without a name or protocol has "" and TCP. Changes `slice`. */
export function defaultEndpointSlice(slice: Fields): void {
  for (const port of items(slice, "ports")) {
    setDefault(port, "name", "", true);
    setDefault(port, "protocol", "TCP", true);
  }
}

/**
 * Defaults of a Node: `podCIDR` and `podCIDRs` agree, what is allocatable is the capacity. Changes it.
 */
export function defaultNode(node: Fields): void {
  const spec = ensureChild(node, "spec");
  const first = text(spec, "podCIDR");
  const all = texts(spec, "podCIDRs");
  if (first === "" && all[0] !== undefined) spec.podCIDR = all[0];
  if (first !== "" && all[0] !== first) spec.podCIDRs = [first];

  const status = child(node, "status");
  if (status === undefined) return;
  const capacity = child(status, "capacity");
  if (capacity !== undefined && field(status, "allocatable") === undefined) {
    status.allocatable = { ...capacity };
  }
}

/** Defaults of a Namespace: the label with its own name. Changes `namespace`. */
export function defaultNamespace(namespace: Fields): void {
  const metadata = ensureChild(namespace, "metadata");
  const name = text(metadata, "name");
  if (name !== "") {
    ensureChild(metadata, "labels")["kubernetes.io/metadata.name"] = name;
  }
  setDefault(ensureChild(namespace, "status"), "phase", "Active");
}
