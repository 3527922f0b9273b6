import { describe, expect, test } from "vitest";
import {
  checkRelease,
  type KubeObject,
  parseRelease,
  releaseFeatures,
} from "../../../src/api/index.ts";

function service(spec: object, metadata: object = {}): KubeObject {
  return { apiVersion: "v1", kind: "Service", metadata: { name: "web", ...metadata }, spec };
}

const codes = (object: KubeObject, version: string) =>
  checkRelease(object, version).map(({ code, field }) => `${code} ${field}`);

describe("what a release of Kubernetes knows", () => {
  test("trafficDistribution is ignored, then its newer values are rejected, then all is honoured", () => {
    const object = service({ trafficDistribution: "PreferSameZone" });
    expect(codes(object, "1.30")).toEqual(["field-ignored spec.trafficDistribution"]);
    expect(codes(object, "1.33")).toEqual(["value-rejected spec.trafficDistribution"]);
    expect(codes(object, "1.34")).toEqual([]);
    expect(codes(service({ trafficDistribution: "PreferClose" }), "1.31")).toEqual([]);
  });

  test("a finding says what the release does, since when it is otherwise, and what to do", () => {
    const [finding] = checkRelease(service({ trafficDistribution: "PreferSameZone" }), "v1.33.2");
    expect(finding).toMatchInlineSnapshot(`
      {
        "code": "value-rejected",
        "field": "spec.trafficDistribution",
        "message": "Kubernetes 1.33 rejects spec.trafficDistribution PreferSameZone: trafficDistribution PreferSameZone, it needs 1.34 (KEP 3015).",
        "remedy": "upgrade to 1.34 or later, or use PreferClose, the older name of the same rule",
        "severity": "error",
      }
    `);
  });

  test("the topology annotation has its newer name since 1.27", () => {
    const annotation = "service.kubernetes.io/topology-mode";
    const object = service({}, { annotations: { [annotation]: "Auto" } });
    expect(codes(object, "1.26")).toEqual([`field-ignored metadata.annotations[${annotation}]`]);
    expect(codes(object, "1.27")).toEqual([]);
  });

  test("features of pods are found in pods and in the templates of workloads", () => {
    const spec = {
      initContainers: [{ name: "proxy", image: "p:1", restartPolicy: "Always" }],
      containers: [{ name: "c", image: "c:1", lifecycle: { preStop: { sleep: { seconds: 5 } } } }],
      topologySpreadConstraints: [
        { maxSkew: 1, minDomains: 3, nodeTaintsPolicy: "Honor", matchLabelKeys: ["rev"] },
      ],
    };
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "p" }, spec };
    const workload = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "d" },
      spec: { template: { spec } },
    };
    expect(codes(pod, "1.25")).toEqual([
      "field-ignored spec.topologySpreadConstraints[0].minDomains",
      "field-ignored spec.topologySpreadConstraints[0].nodeTaintsPolicy",
      "field-ignored spec.topologySpreadConstraints[0].matchLabelKeys",
      "field-ignored spec.initContainers[0].restartPolicy",
      "value-rejected spec.containers[0].lifecycle.preStop.sleep",
    ]);
    expect(codes(workload, "1.29")).toEqual([
      "value-rejected spec.template.spec.containers[0].lifecycle.preStop.sleep",
    ]);
    expect(codes(workload, "1.30")).toEqual([]);
  });

  test("what needs a feature gate in every release is a warning", () => {
    const object = {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { name: "db" },
      spec: { updateStrategy: { rollingUpdate: { maxUnavailable: 2 } } },
    };
    expect(checkRelease(object, "1.36")).toMatchObject([
      { severity: "warning", field: "spec.updateStrategy.rollingUpdate.maxUnavailable" },
    ]);
  });

  test.each(["1.23", "1.37", "2.0", "latest", "", "1", "1.3x"])(
    "the version %j is refused by name",
    (version) => {
      expect(codes(service({}), version)).toEqual(["unsupported-kubernetes-version "]);
    },
  );

  test.each([
    ["1.31", 31],
    ["v1.31.4", 31],
    ["v1.29.6-gke.1234", 29],
    ["1.30+", 30],
    ["v1.32.1+k3s1", 32],
  ])("the version %s is release %d", (text, release) => {
    expect(parseRelease(text)).toBe(release);
  });

  test("every row of the table names its proposal and a release", () => {
    for (const { kep, since } of releaseFeatures) {
      expect(kep).toBeGreaterThan(0);
      expect(since ?? 36).toBeGreaterThan(20);
      expect(since ?? 36).toBeLessThanOrEqual(36);
    }
  });
});
