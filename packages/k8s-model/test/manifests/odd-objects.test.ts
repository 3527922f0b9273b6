import fc from "fast-check";
import { expect, test } from "vitest";
import {
  anonymiser,
  applySet,
  checkReferences,
  clusterFacts,
  readManifests,
  sortByKind,
} from "../../src/manifests/index.ts";
import { prepareInput } from "../../src/scenario/input/prepare-input.ts";
import { inferCallGraph, trafficOf } from "../../src/traffic/inference/index.ts";

const FIELDS =
  "spec status metadata labels annotations selector template containers initContainers env envFrom valueFrom configMapKeyRef name value args command ports port targetPort containerPort protocol volumes configMap nodeName ownerReferences controller kind rules http paths backend service data items scaleTargetRef serviceName externalName type clusterIP clusterIPs nodeInfo kubeletVersion providerID endpoints addresses readinessProbe grpc exec constructor".split(
    " ",
  );
const leaf = fc.oneof(
  fc.constantFrom(
    "a",
    "a:80",
    "http://a/",
    "$(A)",
    "LoadBalancer",
    "None",
    "",
    "80",
    "v1.30.1",
    80,
    0,
    -1,
    1.5,
    true,
    null,
  ),
  fc.string({ maxLength: 5 }),
);
const tree = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 8, depthSize: "large" },
    leaf,
    fc.array(tie("node"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...FIELDS), tie("node"), { maxKeys: 6, noNullPrototype: true }),
  ),
})).node;

/** A sound object, of which some field is replaced by anything at all. */
const SOUND = [
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: "a",
      labels: { app: "a" },
      ownerReferences: [{ kind: "X", name: "x", controller: true }],
    },
    spec: {
      selector: { matchLabels: { app: "a" } },
      template: {
        metadata: { labels: { app: "a" } },
        spec: {
          containers: [
            {
              name: "c",
              image: "i",
              env: [
                { name: "A_HOST", value: "b" },
                { name: "B", valueFrom: { configMapKeyRef: { name: "m", key: "k" } } },
              ],
              envFrom: [{ configMapRef: { name: "m" } }],
              args: ["--x", "b:80"],
              ports: [{ name: "http", containerPort: 80 }],
              volumeMounts: [{ name: "v" }],
              readinessProbe: { grpc: { port: 80 } },
            },
          ],
          volumes: [{ name: "v", configMap: { name: "m" } }],
        },
      },
    },
  },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "b" },
    spec: { selector: { app: "a" }, ports: [{ port: 80, targetPort: "http", name: "x" }] },
  },
  {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "m", namespace: "kube-system" },
    data: { k: "b:80", "config.conf": "kind: KubeProxyConfiguration" },
  },
  {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "p",
      ownerReferences: [{ kind: "ReplicaSet", name: "a-1", controller: true }],
    },
    spec: { nodeName: "n", containers: [{ name: "c" }] },
  },
  {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "n" },
    spec: { providerID: "aws:x" },
    status: {
      nodeInfo: { kubeletVersion: "v1.30.0" },
      addresses: [{ type: "InternalIP", address: "1.2.3.4" }],
    },
  },
  {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name: "i" },
    spec: {
      rules: [
        {
          host: "h",
          http: { paths: [{ backend: { service: { name: "b", port: { number: 80 } } } }] },
        },
      ],
    },
  },
  {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "s", labels: { "kubernetes.io/service-name": "b" } },
    endpoints: [{ addresses: ["1.2.3.4"], targetRef: { name: "p" } }],
  },
  {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "h" },
    spec: { scaleTargetRef: { kind: "Deployment", name: "a" } },
  },
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "ns" } },
];

/** Paths of all fields below `spec`, `metadata`, `status`, `data` and `endpoints`. */
function pathsOf(
  value: unknown,
  path: readonly (string | number)[] = [],
): (readonly (string | number)[])[] {
  if (typeof value !== "object" || value === null) return [path];
  return [
    path,
    ...Object.entries(value).flatMap(([key, inner]) =>
      pathsOf(inner, [...path, Array.isArray(value) ? Number(key) : key]),
    ),
  ];
}

function replaced(value: unknown, path: readonly (string | number)[], next: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return next;
  if (Array.isArray(value))
    return value.map((item, index) => (index === step ? replaced(item, rest, next) : item));
  const map = value as Record<string, unknown>;
  return { ...map, [step]: replaced(map[step], rest, next) };
}

const places = SOUND.flatMap((object, index) => pathsOf(object, [index])).filter(
  (path) => path.length > 1,
);

test("whatever stands in a field, nothing that reads objects throws", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(...places), tree), { minLength: 1, maxLength: 3 }),
      (edits) => {
        let items: unknown = SOUND;
        for (const [path, next] of edits) {
          try {
            items = replaced(items, path, next);
          } catch {
            // An earlier replacement has taken the place of this one.
          }
        }
        const list = JSON.stringify({ apiVersion: "v1", kind: "List", items });
        const sources = [{ file: "m.json", text: list }];
        const { objects } = readManifests(sources);
        const graph = inferCallGraph(objects);
        const results = [
          prepareInput({ sources, replicas: 3, sets: ["svc/*:spec.x=1"] }).diagnostics,
          checkReferences(objects),
          graph.diagnostics,
          trafficOf(graph).clients,
          clusterFacts(objects).diagnostics,
          sortByKind(objects).diagnostics,
          applySet(objects, "*/*:spec.template.spec.containers[*].name=x").changes,
        ];
        expect(results.every(Array.isArray)).toBe(true);
        expect(typeof anonymiser(objects).text("a b p n")).toBe("string");
      },
    ),
    { numRuns: 700, seed: 31 },
  );
});
