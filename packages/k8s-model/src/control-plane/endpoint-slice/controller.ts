import { type EndpointSlice, type Node, objectKey, type Pod, ZONE_LABEL } from "../../api/index.ts";
import type { Version } from "../../store/index.ts";
import type { Change } from "../runtime/change.ts";
import type { Controller, Plan } from "../runtime/controller-runner.ts";
import type { InformerEvent } from "../runtime/informer.ts";
import type { Work } from "../runtime/work.ts";
import { isPodReady, isPodTerminal, podAddresses } from "./endpoint-of-pod.ts";
import { KnownSlices, managedSlices } from "./known-slices.ts";
import { CONTROLLER_NAME, MANAGED_BY_LABEL, serviceKeyOfSlice } from "./labels.ts";
import { PodTriggerTimes } from "./pod-trigger-times.ts";
import {
  type PartialInput,
  type ReconcileInput,
  type ReconcileOptions,
  type ReconcileOutput,
  reconcileChanges,
  reconcileSlices,
} from "./reconcile.ts";
import { ServiceMembers } from "./service-members.ts";
import type { SliceEvent } from "./slice-changes.ts";
import type { SliceInformers } from "./slice-informers.ts";
import { SliceTracker } from "./slice-tracker.ts";
import { isOverloaded } from "./topology-allocation.ts";
import { type HintMemory, NO_HINT_MEMORY } from "./topology-hints.ts";
import { nodeReadyStatus, ZoneCpu } from "./zone-cpu.ts";

/** A slice event brings its Service back after this time at the earliest (ns). */
const SLICE_RESYNC_NS = 1_000_000_000;

/**
 * The EndpointSlice controller: which Services are to be synced and when, around the pure
 * {@link reconcileSlices}; of Services without topology hints a sync looks only at what changed.
 */
export class EndpointSliceController implements Controller<ReconcileInput | PartialInput> {
  readonly name = "endpointslice";
  readonly workers = 5;
  readonly maxRetries = 15;
  readonly onStaleCache = "retry" as const;
  /** Events recorded on Services, newest last: why hints were given or refused. */
  readonly events: Map<string, SliceEvent[]> = new Map();
  readonly #informers: SliceInformers;
  readonly #options: ReconcileOptions;
  readonly #work: Work;
  readonly #members: ServiceMembers;
  readonly #memories = new Map<string, HintMemory>();
  readonly #triggers: PodTriggerTimes;
  readonly #tracker = new SliceTracker();
  readonly #known: KnownSlices;
  readonly #ratios = new ZoneCpu();
  #ratiosAreDue = false;
  #enqueue: (key: string, delayNs: number) => void = () => {};

  constructor(work: Work, informers: SliceInformers, options: ReconcileOptions) {
    this.#work = work;
    this.#informers = informers;
    this.#options = options;
    this.#members = new ServiceMembers(informers.pods);
    this.#triggers = new PodTriggerTimes(this.#members);
    this.#known = new KnownSlices(informers, this.#members);
  }

  /** Connects the events of the watches to the queue. */
  start(enqueue: (key: string, delayNs: number) => void, batchPeriodNs: number): void {
    this.#enqueue = enqueue;
    const { pods, nodes, services, slices } = this.#informers;
    services.onEvent(({ type, key, object }) => {
      this.#triggers.changedAll(key, this.#members.podsOf(key));
      this.#members.seeService(type === "DELETED", key, object);
      this.#triggers.changedAll(key, this.#members.podsOf(key));
      if (type === "DELETED") {
        this.#memories.delete(key);
        this.#triggers.forget(key);
        this.#known.forget(key);
        this.events.delete(key);
      } else enqueue(key, 0);
    });
    pods.onEvent((event) => {
      const changed = endpointsChanged(event);
      for (const key of this.#members.seePod(event)) {
        this.#triggers.changed(key, event.key);
        this.#known.podChanged(key, event.key);
        if (changed) enqueue(key, batchPeriodNs);
      }
    });
    slices.onEvent((event) => {
      this.#known.sliceChanged(event);
      this.#seeSlice(event, Math.max(SLICE_RESYNC_NS, batchPeriodNs));
    });
    nodes.onEvent((event) => {
      this.#known.nodeChanged(event);
      this.#ratios.see(event.key, event.type === "DELETED" ? undefined : event.object);
      if (topologyChanged(event)) this.#scheduleRatios();
    });
  }

  positions(): ReadonlyMap<string, number> {
    return new Map([["EndpointSlice", this.#informers.slices.position]]);
  }

  observe(key: string): ReconcileInput | PartialInput | undefined {
    const service = this.#informers.services.get(key);
    if (service === undefined || service.metadata.deletionTimestamp !== undefined) return undefined;
    if (service.spec.selector === undefined || service.spec.type === "ExternalName")
      return undefined;
    const common = {
      service,
      cpuRatios: this.#ratios.current,
      hintMemory: this.#memories.get(key) ?? NO_HINT_MEMORY,
      lastChangeTriggerTime: this.#triggers.next(key, service),
      options: this.#options,
    };
    const known = this.#known.before(service, common.hintMemory);
    if (known !== undefined) {
      const families = known.work((pod) => this.#members.memberOf(key, pod));
      return { ...common, families, missingNodes: known.missingNodes };
    }
    const nodeOf = (name: string): Node | undefined => this.#informers.nodes.get(name);
    return {
      ...common,
      pods: this.#members.podsOf(key),
      slices: managedSlices(this.#informers.slices, key),
      nodeOf,
    };
  }

  plan(input: ReconcileInput | PartialInput): Plan {
    const partial = "families" in input;
    const output = partial ? reconcileChanges(input) : reconcileSlices(input);
    const key = objectKey(input.service);
    if (partial) this.#known.settle(key, output.unchanged);
    this.#remember(key, output);
    return { changes: changesOf(output), failed: output.missingNodes.length > 0 };
  }

  /** Takes note of a write of its own, whose event is then no news. */
  written(version: Version): void {
    this.#tracker.answered(version);
  }

  #remember(key: string, { hintMemory, events }: ReconcileOutput): void {
    this.#memories.set(key, hintMemory);
    if (events.length === 0) return;
    const recorded = this.events.get(key) ?? [];
    const [last] = recorded.slice(-1);
    const news = events.filter(({ message }) => message !== last?.message);
    this.events.set(key, [...recorded, ...news].slice(-10));
  }

  #seeSlice({ type, key, object }: InformerEvent<EndpointSlice>, delayNs: number): void {
    if (object.metadata.labels?.[MANAGED_BY_LABEL] !== CONTROLLER_NAME) return;
    const service = serviceKeyOfSlice(object);
    if (!this.#tracker.isNews(type, key, object) || service === undefined) return;
    this.#enqueue(service, delayNs);
  }

  /** Ratios are computed once for all node events of an instant. */
  #scheduleRatios(): void {
    if (this.#ratiosAreDue) return;
    this.#ratiosAreDue = true;
    this.#work.after(0, () => {
      this.#ratiosAreDue = false;
      const ratios = this.#ratios.recompute();
      for (const [key, { byAddressType }] of this.#memories) {
        const overloaded = [...byAddressType.values()].some((hints) => isOverloaded(hints, ratios));
        if (overloaded) this.#enqueue(key, 0);
      }
    });
  }
}

function changesOf({ creates, updates, deletes }: ReconcileOutput): Change[] {
  return [
    ...creates.map((object): Change => ({ verb: "create", object })),
    ...updates.map(
      (object): Change => ({ verb: "replace", object, basedOn: object.metadata.resourceVersion }),
    ),
    ...deletes.map(
      (slice): Change => ({ verb: "delete", kind: "EndpointSlice", key: objectKey(slice) }),
    ),
  ];
}

/**
 * Whether a pod event brings its Services to a sync, even if that finds nothing to do: every new and
 * every removed pod does, and any update of a terminating one.
 */
function endpointsChanged({ type, object, old }: InformerEvent<Pod>): boolean {
  if (type === "DELETED" || old === undefined) return true;
  return (
    object.metadata.deletionTimestamp !== undefined ||
    isPodReady(object) !== isPodReady(old) ||
    isPodTerminal(object) !== isPodTerminal(old) ||
    object.metadata.labels !== old.metadata.labels ||
    podAddresses(object).join() !== podAddresses(old).join()
  );
}

/** Changes of zone and readiness count, a change of CPU alone does not. */
function topologyChanged({ type, object, old }: InformerEvent<Node>): boolean {
  if (type === "DELETED" || old === undefined) return true;
  return (
    object.metadata.labels?.[ZONE_LABEL] !== old.metadata.labels?.[ZONE_LABEL] ||
    nodeReadyStatus(object) !== nodeReadyStatus(old)
  );
}
