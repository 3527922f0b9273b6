import { objectKey, type Pod, type Service } from "../../api/index.ts";
import { timeOfTimestamp, timestampAt } from "../../store/index.ts";
import { readyTransitionNs } from "./trigger-annotation.ts";
import { TriggerTimeTracker } from "./trigger-time.ts";

/** Which pods a Service selects now. */
interface Members {
  podOf(serviceKey: string, podKey: string): Pod | undefined;
}

/**
 * The {@link TriggerTimeTracker} of a controller, fed with the pods that changed since the last sync
 * of each Service, so that a sync need not look at all of them.
 */
export class PodTriggerTimes {
  readonly #members: Members;
  readonly #tracker = new TriggerTimeTracker();
  readonly #changed = new Map<string, Set<string>>();

  constructor(members: Members) {
    this.#members = members;
  }

  changed(serviceKey: string, podKey: string): void {
    const pods = this.#changed.get(serviceKey);
    if (pods === undefined) this.#changed.set(serviceKey, new Set([podKey]));
    else pods.add(podKey);
  }

  changedAll(serviceKey: string, pods: readonly Pod[]): void {
    for (const pod of pods) this.changed(serviceKey, objectKey(pod));
  }

  /** The annotation for a sync of the Service, now; `undefined`: none. */
  next(serviceKey: string, { metadata }: Service): string | undefined {
    const changed = this.#changed.get(serviceKey) ?? [];
    this.#changed.delete(serviceKey);
    const members = this.#members;
    function* transitions(): Iterable<readonly [string, number | undefined]> {
      for (const podKey of changed) {
        const pod = members.podOf(serviceKey, podKey);
        yield [podKey, pod === undefined ? undefined : readyTransitionNs(pod)];
      }
    }
    const createdNs = timeOfTimestamp(metadata.creationTimestamp);
    const triggerNs = this.#tracker.next(serviceKey, createdNs, transitions());
    return triggerNs === undefined ? undefined : timestampAt(triggerNs);
  }

  forget(serviceKey: string): void {
    this.#changed.delete(serviceKey);
    this.#tracker.forget(serviceKey);
  }
}
