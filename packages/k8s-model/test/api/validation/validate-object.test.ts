import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type KubeObject, validateObject } from "../../../src/api/index.ts";

function service(spec: object, metadata: object = {}): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", ...metadata },
    spec: { ports: [{ port: 80 }], ...spec },
  };
}

function deployment(podSpec: object, templateLabels: object = { app: "web" }): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: {
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: templateLabels },
        spec: { containers: [{ name: "c", image: "img:1" }], ...podSpec },
      },
    },
  };
}

const findings = (object: KubeObject) =>
  validateObject(object).map(({ severity, field, detail }) => `${severity} ${field}: ${detail}`);

describe("findings of an object", () => {
  test("a correct object has none", () => {
    expect(findings(service({}))).toEqual([]);
    expect(findings(deployment({}))).toEqual([]);
  });

  test("an unknown field is a warning, because kubectl apply would only warn", () => {
    expect(
      findings(service({ topologyKeys: ["*"], ports: [{ port: 80, Port: 81 }] })),
    ).toMatchInlineSnapshot(`
      [
        "warning spec.ports[0].Port: is a field that Kubernetes does not know; it has no effect",
        "warning spec.topologyKeys: was removed in Kubernetes 1.22 and has no effect; use trafficDistribution (PreferSameZone, PreferSameNode), or internalTrafficPolicy: Local for the own node only",
      ]
    `);
  });

  test("a wrong type is an error, and hides broken rules as the server's decoder does", () => {
    expect(findings(service({ ports: [{ port: "80", protocol: "ICMP" }] }))).toEqual([
      "error spec.ports[0].port: must be a whole number of 32 bits, not a string",
    ]);
  });

  test("a number is judged by how it was written, where that is known", () => {
    const object = service({ ports: [{ port: 80 }] });
    const literal = () => "80.0";
    expect(validateObject(object, { literal }).map(({ field }) => field)).toEqual([
      "spec.ports[0].port",
    ]);
  });

  test("errors name the field of the object, also where the server's name is another", () => {
    const fields = (object: KubeObject) => validateObject(object).map(({ field }) => field);
    expect(fields(deployment({}, { app: "web", "a b": "x" }))).toEqual([
      "spec.template.metadata.labels",
    ]);
    const node = {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "n" },
      spec: { taints: [{ key: "a", effect: "X" }] },
    };
    expect(fields(node)).toEqual(["spec.taints[0].effect"]);
    expect(fields(service({ loadBalancerSourceRanges: ["10.0.0.0/8"] }))).toEqual([
      "spec.loadBalancerSourceRanges",
    ]);
  });

  test("a pod of a dump is not held to what counts only for new ones", () => {
    const pod = (metadata: object): KubeObject => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p", ...metadata },
      spec: {
        containers: [{ name: "c", image: "img:1" }],
        ephemeralContainers: [{ name: "debug", image: "img:1" }],
      },
    });
    expect(findings(pod({}))).toEqual(["error spec.ephemeralContainers: cannot be set on create"]);
    expect(findings(pod({ uid: "8e1b" }))).toEqual([]);
  });

  test("a volume that a StatefulSet claims can be mounted", () => {
    const statefulSet: KubeObject = {
      ...deployment({}),
      kind: "StatefulSet",
      spec: {
        ...(deployment({
          containers: [
            { name: "c", image: "img:1", volumeMounts: [{ name: "data", mountPath: "/d" }] },
          ],
        }).spec as object),
        volumeClaimTemplates: [{ metadata: { name: "data" }, spec: {} }],
      },
    };
    expect(findings(statefulSet)).toEqual([]);
  });

  test("an update is held to what may not change", () => {
    const existing = deployment({});
    const changed = structuredClone(existing) as unknown as {
      spec: { selector: object; template: object };
    };
    changed.spec.selector = { matchLabels: { app: "other" } };
    changed.spec.template = { metadata: { labels: { app: "other" } }, spec: podSpec() };
    expect(validateObject(changed as unknown as KubeObject, { existing })).toMatchObject([
      { field: "spec.selector", detail: "cannot be changed" },
    ]);
  });

  test("no JSON object makes the check throw", () => {
    const kinds = ["Service", "Pod", "Deployment", "StatefulSet", "EndpointSlice", "Node"];
    const value = fc.jsonValue({ maxDepth: 4 });
    const spec = fc.dictionary(
      fc.constantFrom("ports", "containers", "template", "selector", "taints", "type", "strategy"),
      value,
    );
    fc.assert(
      fc.property(fc.constantFrom(...kinds), spec, value, (kind, given, metadata) => {
        const object = { apiVersion: "v1", kind, metadata, spec: given, endpoints: [given] };
        expect(Array.isArray(validateObject(object as unknown as KubeObject))).toBe(true);
      }),
    );
  });
});

function podSpec(): object {
  return { containers: [{ name: "c", image: "img:1" }] };
}
