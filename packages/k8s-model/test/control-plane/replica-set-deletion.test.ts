import { fc, it } from "@fast-check/vitest";
import type { Pod } from "@k8s-netsim/k8s-model/api";
import { expect } from "vitest";
import {
  deletionOrder,
  firstToDelete,
} from "../../src/control-plane/replica-set/deletion-order.ts";

/** Pods that differ in what is compared before ages: there the order is transitive. */
const anyPod = fc.record({ bound: fc.boolean(), ready: fc.boolean(), rank: fc.nat(4) });

it.prop([fc.array(anyPod, { minLength: 50, maxLength: 60 }), fc.integer({ min: 1, max: 300 })])(
  "the first to be deleted of many pods are those that come first when all are sorted",
  (kinds, count) => {
    const pods = Array.from({ length: 1500 }, (_, index) => {
      const { bound, ready, rank } = kinds[index % kinds.length] as (typeof kinds)[number];
      const pod = {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: `p${index}`, uid: String(index).padStart(5, "0") },
        spec: { ...(bound ? { nodeName: "n" } : {}), containers: [] },
        status: { conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
      } as Pod;
      return { pod, rank };
    });
    const all = deletionOrder(pods, 0).slice(0, count);
    expect(firstToDelete(pods, count, 0)).toEqual(all);
  },
);
