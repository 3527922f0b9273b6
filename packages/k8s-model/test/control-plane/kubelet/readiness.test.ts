import type { Pod, Probe } from "@k8s-netsim/k8s-model/api";
import { describe, expect, it } from "vitest";
import { preStopNs, readyAfterNs } from "../../../src/control-plane/kubelet/readiness.ts";

const S = 1_000_000_000;

function pod(container: object): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p" },
    spec: { containers: [{ name: "main", ...container }] },
  };
}

const readySeconds = (container: object, applicationSeconds: number): number =>
  readyAfterNs(pod(container), applicationSeconds * S) / S;

describe("a pod", () => {
  it("without probes is ready as soon as its containers run", () => {
    expect(readySeconds({}, 7)).toBe(0);
  });

  it("is ready at the first probe after the application answers", () => {
    const readinessProbe: Probe = { periodSeconds: 5, initialDelaySeconds: 2 };
    expect(readySeconds({ readinessProbe }, 1)).toBe(2);
    expect(readySeconds({ readinessProbe }, 2)).toBe(2);
    expect(readySeconds({ readinessProbe }, 2.1)).toBe(7);
    expect(readySeconds({ readinessProbe }, 12.5)).toBe(17);
  });

  it("probes every ten seconds unless told, and may need several successes", () => {
    expect(readySeconds({ readinessProbe: {} }, 1)).toBe(10);
    expect(readySeconds({ readinessProbe: { successThreshold: 3 } }, 1)).toBe(30);
  });

  it("is not probed for readiness before its startup probe has succeeded", () => {
    const probes = {
      startupProbe: { periodSeconds: 4 },
      readinessProbe: { periodSeconds: 1, initialDelaySeconds: 3 },
    };
    expect(readySeconds(probes, 6)).toBe(8);
  });
});

describe("preStop", () => {
  it.each([
    [{ sleep: { seconds: 5 } }, 5],
    [{ exec: { command: ["sleep", "15"] } }, 15],
    [{ exec: { command: ["/bin/sh", "-c", "nginx -s quit; sleep 2.5"] } }, 2.5],
    [{ exec: { command: ["/bin/drain"] } }, 0],
    [undefined, 0],
  ])("%j keeps the containers for %d s", (preStop, seconds) => {
    expect(preStopNs(pod({ lifecycle: { preStop } })) / S).toBe(seconds);
  });
});
