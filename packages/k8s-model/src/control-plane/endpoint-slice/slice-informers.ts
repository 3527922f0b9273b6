import type { EndpointSlice, Node, Pod, Service } from "../../api/index.ts";
import type { Informer } from "../runtime/informer.ts";

/** The watches of the EndpointSlice controller. */
export interface SliceInformers {
  readonly pods: Informer<Pod>;
  readonly nodes: Informer<Node>;
  readonly services: Informer<Service>;
  readonly slices: Informer<EndpointSlice>;
}
