import type { EventId } from "@k8s-netsim/sim-core";
import { type Node, objectKey, type Pod, type Taint } from "../../api/index.ts";
import type { Store } from "../../store/index.ts";
import { isPodActive } from "../ownership/pod-availability.ts";
import { executeChange } from "../runtime/change.ts";
import type { Informers } from "../runtime/informers.ts";
import { TokenBucket } from "../runtime/token-bucket.ts";
import type { Work } from "../runtime/work.ts";
import type { Timings } from "../timings.ts";
import { stayingSeconds } from "./taints.ts";

const NS_PER_SECOND = 1_000_000_000;

interface Eviction {
  readonly event: EventId;
  readonly atNs: number;
}

/** Deletes the pods that do not tolerate their node's NoExecute taints, when their time is over. */
export class TaintEviction {
  readonly #work: Work;
  readonly #store: Store;
  readonly #timings: Timings;
  readonly #bucket: TokenBucket;
  readonly #evictions = new Map<string, Eviction>();

  constructor(work: Work, store: Store, timings: Timings, informers: Informers) {
    this.#work = work;
    this.#store = store;
    this.#timings = timings;
    this.#bucket = new TokenBucket(timings.controllerQps, timings.controllerBurst);
    informers.nodes.onEvent(({ type, object, old }) => {
      const before = noExecute(old);
      const after = type === "DELETED" ? [] : noExecute(object);
      if (before.length === 0 && after.length === 0) return;
      for (const pod of informers.pods.byIndex("node", object.metadata.name)) {
        this.#consider(pod, after);
      }
    });
    informers.pods.onEvent(({ type, object }) => {
      const node = informers.nodes.get(object.spec.nodeName ?? "");
      const taints = type === "DELETED" ? [] : noExecute(node);
      if (taints.length > 0 || this.#evictions.has(object.metadata.uid ?? "")) {
        this.#consider(object, taints);
      }
    });
  }

  #consider(pod: Pod, taints: readonly Taint[]): void {
    const uid = pod.metadata.uid ?? "";
    const seconds = isPodActive(pod) && taints.length > 0 ? stayingSeconds(pod, taints) : undefined;
    const known = this.#evictions.get(uid);
    if (seconds === undefined) {
      if (known !== undefined) this.#work.cancel(known.event);
      this.#evictions.delete(uid);
      return;
    }
    if (known !== undefined) return;
    const atNs = this.#work.now + seconds * NS_PER_SECOND;
    const event = this.#work.at(atNs, () => this.#evict(pod));
    this.#evictions.set(uid, { event, atNs });
  }

  #evict(pod: Pod): void {
    this.#evictions.delete(pod.metadata.uid ?? "");
    const fromNs = this.#bucket.take(this.#work.now);
    this.#work.at(fromNs + this.#timings.apiWriteNs, () => {
      const key = objectKey(pod);
      if (this.#store.get<Pod>("Pod", key)?.metadata.uid !== pod.metadata.uid) return;
      executeChange(this.#store, this.#work.now, { verb: "delete", kind: "Pod", key });
    });
  }
}

function noExecute(node: Node | undefined): readonly Taint[] {
  return (node?.spec?.taints ?? []).filter(({ effect }) => effect === "NoExecute");
}
