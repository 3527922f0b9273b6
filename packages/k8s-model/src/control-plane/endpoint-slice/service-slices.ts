import type { EndpointSlice, IPFamily, Node, Pod, Service } from "../../api/index.ts";
import { belongsInSlices } from "./endpoint-of-pod.ts";
import { FamilySlices } from "./family-slices.ts";
import { podEndpoint } from "./pod-endpoints.ts";
import { addressFamilies } from "./reconcile.ts";
import { isOwnedBy } from "./slice-changes.ts";
import { type FamilyWork, lacksNode } from "./slice-work.ts";

/** A pod of a Service and its place among them: new endpoints are added in this order. */
export interface OrderedPod {
  readonly pod: Pod;
  readonly order: number;
}

/**
 * All that a sync needs to know of one version of a Service, kept up with the changes of its pods
 * and slices, so that the work of a sync grows with these and not with the Service.
 *
 * It gives up (`partial` is false) where only a look at everything tells: slices of another owner or
 * family, an endpoint in two slices. Then {@link reconcileSlices} does the sync, and a new one of
 * these starts.
 */
export class ServiceSlices {
  readonly service: Service;
  readonly #families: readonly FamilySlices[];
  readonly #nodeOf: (name: string) => Node | undefined;
  /** Nodes that pods name and that are not known, by the pod's key. */
  readonly #missingNodes = new Map<string, string>();
  readonly #changedPods = new Set<string>();
  #foreign = false;

  constructor(service: Service, nodeOf: (name: string) => Node | undefined) {
    this.service = service;
    this.#nodeOf = nodeOf;
    this.#families = addressFamilies(service).map((family) => new FamilySlices(family));
  }

  get partial(): boolean {
    return !this.#foreign && !this.#families.some(({ disordered }) => disordered);
  }

  get missingNodes(): readonly string[] {
    return this.#missingNodes.size === 0 ? [] : [...new Set(this.#missingNodes.values())];
  }

  /** Takes note that a pod changed, came or went; it is looked at once, before the next sync. */
  podChanged(key: string): void {
    this.#changedPods.add(key);
  }

  sliceChanged(deleted: boolean, slice: EndpointSlice): void {
    const family = this.#familyOf(slice);
    if (family === undefined || !isOwnedBy(slice, this.service)) this.#foreign = true;
    else family.setSlice(slice.metadata.name, deleted ? undefined : slice);
  }

  /** What the next sync has to look at; `podOf` tells what the Service selects now. */
  work(podOf: (key: string) => OrderedPod | undefined): readonly FamilyWork[] {
    for (const key of this.#changedPods) this.#takeOver(key, podOf(key));
    this.#changedPods.clear();
    return this.#families.map((family) => family.work());
  }

  /** Takes note of slices that a sync found right as they are. */
  settle(unchanged: readonly EndpointSlice[]): void {
    for (const family of this.#families) family.settle(unchanged);
  }

  #familyOf({ addressType }: EndpointSlice): FamilySlices | undefined {
    return this.#families.find(({ family }) => family === (addressType as IPFamily));
  }

  #takeOver(key: string, member: OrderedPod | undefined): void {
    const node = member && this.#nodeOf(member.pod.spec.nodeName ?? "");
    const lacking = member !== undefined && lacksNode(member.pod, node, this.service);
    if (lacking) this.#missingNodes.set(key, member.pod.spec.nodeName ?? "");
    else this.#missingNodes.delete(key);
    const listed = member !== undefined && !lacking && belongsInSlices(member.pod);
    for (const family of this.#families) {
      const made = listed ? podEndpoint(member.pod, node, this.service, family.family) : undefined;
      family.setPod(key, member?.order ?? 0, made);
    }
  }
}
