import { TriggerTimeTracker } from "@k8s-netsim/k8s-model/control-plane";
import { differences } from "../compare.ts";
import { judge, type Suite } from "../suite.ts";

interface Step {
  readonly serviceCreated: number;
  /** -1: the pod has no Ready condition. */
  readonly podReadyTransitions: readonly (readonly [pod: string, seconds: number])[];
  readonly trigger: number | null;
}

const NS_PER_SECOND = 1_000_000_000;
const SERVICE = "default/web";

export const triggerTime: Suite<{ readonly steps: readonly Step[] }> = {
  name: "trigger_time",
  about: "TriggerTimeTracker over the syncs of a Service: the annotation's time, or that it goes",
  fields: ["steps"],
  wholeRecord: true,
  run({ steps }) {
    const tracker = new TriggerTimeTracker();
    const expected = steps.map(({ trigger }) => trigger);
    const ours: (number | null)[] = [];
    let before: Step["podReadyTransitions"] = [];
    for (const { serviceCreated, podReadyTransitions } of steps) {
      const triggerNs = tracker.next(SERVICE, serviceCreated * NS_PER_SECOND, [
        ...before.map(([pod]): [string, undefined] => [pod, undefined]).filter(isGone),
        ...podReadyTransitions.map(transition),
      ]);
      ours.push(triggerNs === undefined ? null : triggerNs / NS_PER_SECOND);
      before = podReadyTransitions;

      function isGone([name]: readonly [string, undefined]): boolean {
        return podReadyTransitions.every(([pod]) => pod !== name);
      }
    }
    return judge(differences(expected, ours, "trigger"));
  },
};

function transition([pod, seconds]: readonly [string, number]): [string, number | undefined] {
  return [pod, seconds < 0 ? undefined : seconds * NS_PER_SECOND];
}
