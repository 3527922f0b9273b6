import { objectKey } from "../../api/index.ts";
import type { Store } from "../../store/index.ts";
import type { Informers } from "../runtime/informers.ts";
import type { Work } from "../runtime/work.ts";

/** How long a node must be missing before its pods are removed (ns): the collector's quarantine. */
const QUARANTINE_NS = 40_000_000_000;

/** Removes the pods of nodes that are gone: no kubelet is left to end them. */
export class PodGarbageCollector {
  constructor(work: Work, store: Store, { nodes, pods }: Informers) {
    nodes.onEvent(({ type, key }) => {
      if (type !== "DELETED") return;
      work.after(QUARANTINE_NS, () => {
        if (nodes.get(key) !== undefined) return;
        for (const pod of pods.byIndex("node", key)) {
          const current = store.get("Pod", objectKey(pod));
          if (current?.metadata.uid === pod.metadata.uid) store.delete("Pod", objectKey(pod));
        }
      });
    });
  }
}
