import { type KubeObject, objectKey } from "../../api/index.ts";
import type { Store } from "../../store/index.ts";
import { executeChange } from "../runtime/change.ts";
import type { Informers } from "../runtime/informers.ts";
import { TokenBucket } from "../runtime/token-bucket.ts";
import type { Work } from "../runtime/work.ts";
import type { Timings } from "../timings.ts";

/** Deletes what an owner leaves behind, in the background, as the garbage collector does. */
export class GarbageCollector {
  readonly #work: Work;
  readonly #store: Store;
  readonly #timings: Timings;
  readonly #bucket: TokenBucket;

  constructor(work: Work, store: Store, timings: Timings, informers: Informers) {
    this.#work = work;
    this.#store = store;
    this.#timings = timings;
    this.#bucket = new TokenBucket(timings.controllerQps, timings.controllerBurst);
    const { pods, replicaSets, slices } = informers;
    const owners = [
      informers.deployments,
      replicaSets,
      informers.statefulSets,
      informers.daemonSets,
    ] as const;
    for (const owner of owners) {
      owner.onEvent(({ type, object }: { type: string; object: KubeObject }) => {
        if (type !== "DELETED") return;
        const uid = object.metadata.uid ?? "";
        for (const one of replicaSets.byIndex("controller", uid)) this.#collect(one);
        for (const one of pods.byIndex("controller", uid)) this.#collect(one);
      });
    }
    informers.services.onEvent(({ type, key }) => {
      if (type !== "DELETED") return;
      for (const slice of slices.byIndex("service", key)) this.#collect(slice);
    });
  }

  #collect(object: KubeObject): void {
    const fromNs = this.#bucket.take(this.#work.now);
    this.#work.at(fromNs + this.#timings.apiWriteNs, () => {
      const key = objectKey(object);
      const current = this.#store.get(object.kind, key);
      if (current?.metadata.uid !== object.metadata.uid) return;
      executeChange(this.#store, this.#work.now, { verb: "delete", kind: object.kind, key });
    });
  }
}
