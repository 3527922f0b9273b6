import { describe, expect, test } from "vitest";
import { shapeProblems } from "../../../src/api/index.ts";
import { structFields } from "../../../src/api/schema/kinds.ts";
import { parseField } from "../../../src/api/schema/type.ts";

describe("the shape of an object", () => {
  test("problems come in the order of the fields, each with the server's and with Go's path", () => {
    const object = {
      kind: "Deployment",
      apiVersion: "apps/v1",
      metadata: { labels: { app: 5 } },
      spec: {
        replicas: 2.5,
        replica: 1,
        template: { spec: { containers: [{ env: [{ value: 7 }] }] } },
      },
    };
    expect(shapeProblems(object, "Deployment")).toMatchObject([
      { kind: "type", field: "metadata.labels.app", goField: "ObjectMeta.metadata.labels" },
      { kind: "type", field: "spec.replicas", goField: "DeploymentSpec.spec.replicas" },
      { kind: "unknown", field: "spec.replica" },
      {
        kind: "type",
        field: "spec.template.spec.containers[0].env[0].value",
        goField: "EnvVar.spec.template.spec.containers.env.value",
        found: "number",
        expected: "string",
      },
    ]);
  });

  test("null is allowed everywhere", () => {
    const object = { metadata: null, spec: { ports: null, selector: null, ipFamilyPolicy: null } };
    expect(shapeProblems(object, "Service")).toEqual([]);
  });

  test.each([
    [80, undefined, true],
    [80, "80.0", false],
    [100, "1e2", false],
    [2_147_483_648, undefined, false],
    [-2_147_483_648, undefined, true],
    [1.5, undefined, false],
  ])("the port %d written as %s is an integer: %s", (port, text, fine) => {
    const problems = shapeProblems({ spec: { ports: [{ port }] } }, "Service", {
      literal: () => text,
    });
    expect(problems.length === 0).toBe(fine);
  });

  test("quantities may be numbers, and times must be RFC 3339", () => {
    const pod = (cpu: unknown, time: string) => ({
      metadata: { creationTimestamp: time },
      spec: { containers: [{ resources: { requests: { cpu } } }] },
    });
    expect(shapeProblems(pod(0.5, "2026-01-31T12:00:00Z"), "Pod")).toEqual([]);
    expect(shapeProblems(pod("64mi", "yesterday"), "Pod")).toMatchObject([
      { kind: "time", field: "metadata.creationTimestamp" },
      { kind: "quantity", field: "spec.containers[0].resources.requests.cpu" },
    ]);
  });

  test("every struct that a field names is defined", () => {
    const undefinedStructs = new Set<string>();
    const seen = new Set<string>();
    const visit = (name: string): void => {
      if (seen.has(name)) return;
      seen.add(name);
      const fields = structFields(name);
      if (fields === undefined) undefinedStructs.add(name);
      for (const { type } of fields?.values() ?? []) {
        let inner = type;
        while (inner.kind === "list" || inner.kind === "map") inner = inner.of;
        if (inner.kind === "struct") visit(inner.name);
      }
    };
    const kinds = ["Namespace", "Node", "Pod", "Service", "Deployment", "ReplicaSet"];
    for (const kind of [...kinds, "StatefulSet", "DaemonSet", "EndpointSlice"]) visit(kind);
    expect([...undefinedStructs]).toEqual([]);
    expect(seen.size).toBeGreaterThan(100);
  });

  test("the notation of a field says type, pointer and whether it is always written", () => {
    expect(parseField("*bool")).toEqual({ type: { kind: "bool" }, pointer: true, always: false });
    expect(parseField("[]{}string!")).toEqual({
      type: { kind: "list", of: { kind: "map", of: { kind: "string" } } },
      pointer: false,
      always: true,
    });
  });
});
