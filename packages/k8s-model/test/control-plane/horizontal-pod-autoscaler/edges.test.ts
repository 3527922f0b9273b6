import type { Pod } from "@k8s-netsim/k8s-model/api";
import { autoscaling } from "@k8s-netsim/k8s-model/control-plane";
import { describe, expect, it } from "vitest";

const tolerances = { scaleDown: 0.1, scaleUp: 0.1 };

const pod: Pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web-0" },
  spec: { containers: [{ name: "main", resources: { requests: { cpu: "100m" } } }] },
};

describe("the autoscaler's calculator at its edges", () => {
  it("has no mean over no replicas: what is written is the lowest integer", () => {
    const value = { valueMilli: 5000, currentReplicas: 0, tolerances };
    expect(autoscaling.valuePerPodReplicas(value, 1000)).toEqual({
      replicas: 5,
      usage: -(2 ** 63),
    });
  });

  it("asks for no more replicas than a 32-bit number holds", () => {
    const value = { valueMilli: 1e15, currentReplicas: 0, tolerances };
    expect(autoscaling.valueReplicas(value, 1, []).replicas).toBe(2_147_483_647);
  });

  it("fails for a container that a pod does not have", () => {
    expect(() => autoscaling.podRequestMilli(pod, "cpu", "sidecar")).toThrow(
      "container sidecar not found in Pod web-0",
    );
    expect(autoscaling.podRequestMilli(pod, "cpu", "main")).toBe(100);
  });

  it("takes requests of the pod itself as the scheduler does: with overhead, and containers' for the rest", () => {
    const own: Pod = {
      ...pod,
      spec: { ...pod.spec, resources: { requests: { memory: "1Gi" } }, overhead: { cpu: "50m" } },
    } as Pod;
    expect(autoscaling.podRequestMilli(own, "cpu")).toBe(150);
    expect(autoscaling.podRequestMilli(own, "memory")).toBe(2 ** 30 * 1000);
    const bare = { ...own, spec: { ...own.spec, containers: [], overhead: {} } } as Pod;
    expect(() => autoscaling.podRequestMilli(bare, "cpu")).toThrow(
      "missing pod-level request for cpu in Pod web-0",
    );
  });
});
