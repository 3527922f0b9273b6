import { describe, expect, test } from "vitest";
import { applyDefaults, type KubeObject, storedObject } from "../../../src/api/index.ts";
import { vectors } from "../vectors.ts";

interface Vector {
  readonly id: string;
  readonly note: string;
  readonly manifest: KubeObject;
  readonly stored: object;
}

const all = vectors<Vector>("manifest-defaulting");
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("an object as the API server stores it", () => {
  test.each(all)("is equal for $id: $note", ({ manifest, stored }) => {
    expect(plain(storedObject(manifest))).toEqual(stored);
  });
});

describe("defaults", () => {
  test("applied twice change nothing more", () => {
    for (const { manifest } of all) {
      const once = applyDefaults(manifest);
      expect(applyDefaults(once)).toEqual(once);
    }
  });

  test("leave the input as it was", () => {
    for (const { manifest } of all) {
      const before = JSON.stringify(manifest);
      applyDefaults(manifest);
      expect(JSON.stringify(manifest)).toBe(before);
    }
  });

  test("keep fields that Kubernetes does not know", () => {
    const service = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web", note: "kept" },
      spec: { ports: [{ port: 80, colour: "red" }] },
    };
    expect(applyDefaults<KubeObject>(service)).toMatchObject({
      metadata: { note: "kept" },
      spec: { type: "ClusterIP", ports: [{ port: 80, targetPort: 80, colour: "red" }] },
    });
  });

  test("leave kinds that are not simulated alone", () => {
    const other = { apiVersion: "batch/v1", kind: "Job", metadata: { name: "j" } };
    expect(applyDefaults(other)).toBe(other);
  });

  test("take a key named __proto__ for a key like any other", () => {
    const text =
      '{"apiVersion":"v1","kind":"Service","metadata":{"name":"w","labels":{"__proto__":"x"}}}';
    const labels = applyDefaults<KubeObject>(JSON.parse(text)).metadata.labels;
    expect(Object.keys(labels ?? {})).toEqual(["__proto__"]);
  });

  test("give a dual-stack Service only the families that the cluster has", () => {
    const service = (policy: string): KubeObject => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web" },
      spec: { ipFamilyPolicy: policy, ports: [{ port: 80 }], selector: { app: "web" } },
    });
    const families = (policy: string, ...cluster: ["IPv4" | "IPv6", ...("IPv4" | "IPv6")[]]) =>
      (applyDefaults(service(policy), { serviceFamilies: cluster }).spec as { ipFamilies: unknown })
        .ipFamilies;
    expect(families("PreferDualStack", "IPv4")).toEqual(["IPv4"]);
    expect(families("PreferDualStack", "IPv6", "IPv4")).toEqual(["IPv6", "IPv4"]);
    expect(families("SingleStack", "IPv6", "IPv4")).toEqual(["IPv6"]);
  });
});
