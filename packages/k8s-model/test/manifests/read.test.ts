import { expect, test } from "vitest";
import { formatDiagnostic, readManifests, sortByKind } from "../../src/manifests/index.ts";

function read(text: string, file = "m.yaml") {
  return readManifests([{ file, text }]);
}

function complaints(text: string, file = "m.yaml"): string {
  return read(text, file).diagnostics.map(formatDiagnostic).join("\n");
}

const POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: ";

test("documents, lists of lists and typed lists give the same objects in YAML and JSON", () => {
  const list = {
    apiVersion: "v1",
    kind: "List",
    items: [
      {
        apiVersion: "v1",
        kind: "PodList",
        items: [{ metadata: { name: "a" } }, { metadata: { name: "b" } }],
      },
      { apiVersion: "v1", kind: "Node", metadata: { name: "n1" }, status: { unknown: [1] } },
    ],
  };
  const yaml = `${POD}a\n---\n${POD}b\n---\n# nothing\n---\napiVersion: v1\nkind: Node\nmetadata: {name: n1}\nstatus: {unknown: [1]}\n`;
  const fromJson = read(JSON.stringify(list)).objects.map((entry) => entry.object);
  expect(read(yaml).objects.map((entry) => entry.object)).toEqual(fromJson);
  expect(fromJson).toEqual([
    { apiVersion: "v1", kind: "Pod", metadata: { name: "a", namespace: "default" } },
    { apiVersion: "v1", kind: "Pod", metadata: { name: "b", namespace: "default" } },
    { apiVersion: "v1", kind: "Node", metadata: { name: "n1" }, status: { unknown: [1] } },
  ]);
});

test("JSON objects may follow each other in one file", () => {
  const object = (name: string) => `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"${name}"}}`;
  expect(read(`${object("a")}\n${object("b")}`).objects).toHaveLength(2);
});

test("a field is placed at its name, an item at its start, a missing field at its parent", () => {
  const yaml = `kind: Service
apiVersion: v1
metadata:
  name: web
  labels: {app.kubernetes.io/name: web}
spec:
  ports:
    - port: 80
      targetPort: http
`;
  const places = (text: string) => {
    const [entry] = read(text).objects;
    return [
      "spec.ports[0].targetPort",
      "spec.ports[0]",
      "spec.type",
      "metadata.labels[app.kubernetes.io/name]",
      "",
    ].map((path) => {
      const { line, column } = entry?.position(path) ?? { line: 0, column: 0 };
      return `${line}:${column}`;
    });
  };
  expect(places(yaml)).toEqual(["9:7", "8:7", "6:1", "5:12", "1:1"]);
  const json = JSON.stringify(
    {
      kind: "Service",
      apiVersion: "v1",
      metadata: { name: "web", labels: { "app.kubernetes.io/name": "web" } },
      spec: { ports: [{ port: 80, targetPort: "http" }] },
    },
    null,
    1,
  );
  expect(places(json)).toEqual(["14:5", "12:4", "10:2", "7:4", "1:1"]);
});

test("positions survive separators, byte order marks and long lists that are read item by item", () => {
  const item = (index: number) =>
    `- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: p${index}\n    annotations:\n      note: ${"x".repeat(400)}\n`;
  const items = Array.from({ length: 900 }, (_, index) => item(index)).join("");
  const text = `\ufeff${POD}first\n---\napiVersion: v1\nitems:\n${items}kind: List\nmetadata:\n  resourceVersion: ""\n`;
  const { objects, diagnostics } = read(text);
  expect(diagnostics).toEqual([]);
  expect(objects).toHaveLength(901);
  expect(objects[1]?.position()).toEqual({ file: "m.yaml", line: 8, column: 3 });
  expect(objects[900]?.position("metadata.name")).toEqual({
    file: "m.yaml",
    line: 7 + 899 * 6 + 4,
    column: 5,
  });
});

test("scalars mean what they mean to kubectl", () => {
  const text = `${POD}a
spec:
  booleans: [yes, on, y, True, no, off, N, FALSE]
  numbers: [80.0, 1e2, 0x1F, 0644, 0o644, 0b11, 1_000, 08, -5, +7, .5]
  texts: ["yes", 'on', 2024-01-01, 1.2.3, 0x, 12e, 100m, "80", !!str 5, 10:30]
  nulls: [~, null, ""]
  1: number
  true: boolean
`;
  expect(read(text).objects[0]?.object.spec).toEqual({
    booleans: [true, true, true, true, false, false, false, false],
    numbers: [80, 100, 31, 420, 420, 3, 1000, 8, -5, 7, 0.5],
    texts: ["yes", "on", "2024-01-01", "1.2.3", "0x", "12e", "100m", "80", "5", "10:30"],
    nulls: [null, null, ""],
    "1": "number",
    true: "boolean",
  });
});

test("merge keys override what stands before them and yield to what stands after, as in kubectl", () => {
  const text = `${POD}a
spec:
  base: &base {a: 1, b: 1}
  other: &other {b: 2, c: 2}
  before: {a: 9, <<: *base}
  after: {<<: *base, a: 9}
  several: {<<: [*other, *base]}
`;
  expect(read(text).objects[0]?.object.spec).toMatchObject({
    before: { a: 1, b: 1 },
    after: { a: 9, b: 1 },
    several: { a: 1, b: 2, c: 2 },
  });
  expect(read(text).objects[0]?.position("spec.several.c")).toMatchObject({ line: 7, column: 24 });
});

test("the text of a number is kept where its value says less", () => {
  const json = read(
    '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"spec":{"a":80.0,"b":1e2,"c":80,"d":9007199254740993,"e":"x"}}',
  ).objects[0];
  expect(["a", "b", "c", "d", "e", "f"].map((name) => json?.literal(`spec.${name}`))).toEqual([
    "80.0",
    "1e2",
    "80",
    "9007199254740993",
    undefined,
    undefined,
  ]);
  const yaml = read(
    `${POD}a\nspec: {a: 80.0, b: 0x10, c: 9007199254740993, d: 18446744073709551616}`,
  ).objects[0];
  expect(["a", "b", "c", "d"].map((name) => yaml?.literal(`spec.${name}`))).toEqual([
    "80",
    "16",
    "9007199254740993",
    "18446744073709551616",
  ]);
});

test("of a Secret only the name is kept", () => {
  const text = `apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\n  annotations: {kubectl.kubernetes.io/last-applied-configuration: hunter2}\ndata: {password: aHVudGVyMg==}\nstringData: {x: hunter2}\n`;
  expect(read(text).objects[0]?.object).toEqual({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "s" },
  });
});

test("a file read with Windows line ends gives the same objects", () => {
  const text = `${POD}a\nspec:\n  containers:\n  - name: c\n    args: ["x",\n      "y"]\n    env:\n    - name: E\n      value: |\n        one\n        two\n`;
  expect(read(text.replaceAll("\n", "\r\n")).objects.map((entry) => entry.object)).toEqual(
    read(text).objects.map((entry) => entry.object),
  );
});

test("broken input is named with its place, the reason and the remedy", () => {
  const inputs = [
    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n   labels:\n  x: y",
    "spec:\n\tports: []",
    "{{- if .Values.x }}\nkind: Pod\n{{- end }}",
    "name: {{ .Values.name }}",
    "a: &x [*x]",
    "a: &x {b: {c: *x}}",
    "a: *nowhere",
    "a: 1\na: 2",
    '{"a": 1, "a": 2}',
    `${POD}a\n__proto__: {x: 1}`,
    '{"apiVersion": "v1", "__proto__": {"polluted": true}}',
    "a: .nan",
    "? [a, b]\n: c",
    "~: x",
    "a: {<<: [1]}",
    "- a\n- b",
    "just text",
    "42",
    "kind: Pod\nmetadata: {name: a}",
    "apiVersion: v1\nmetadata: {name: a}",
    "apiVersion: 1\nkind: Pod\nmetadata: {name: a}",
    "apiVersion: v1\nkind: Pod",
    "apiVersion: v1\nkind: Pod\nmetadata: {labels: {a: b}}",
    `${POD}12`,
    `${POD}a\n  namespace: {}`,
    `${POD}a\nspec: [1]`,
    '{"apiVersion": "v1",',
    '{"apiVersion": "v1" "kind": "Pod"}',
    '{"a": "\\x"}',
    `{"apiVersion":"v1","kind":"List","items":[1,{"kind":"Pod"}]}`,
    "\u0000\u0001\u0002",
    "[".repeat(5_000),
    "- ".repeat(5_000),
    "",
    "# only a comment",
    `${POD}a\n---\n${POD}a`,
    `"${"a".repeat(50)}`,
  ];
  expect(inputs.map((text) => complaints(text)).join("\n")).toMatchInlineSnapshot(`
    "m.yaml:5:4  This line is indented by 3 spaces, which does not fit the lines before it.
      Fix: line it up with the fields or items that it belongs to.   [yaml-syntax]
    m.yaml:2:1  This line is indented with a tab, which YAML does not accept.
      Fix: indent with spaces.   [yaml-syntax]
    m.yaml:1:3  This line holds "{{": the file is a template that has not been rendered.
      Fix: render it first (helm template NAME CHART) and pass the result.   [template-not-rendered]
    m.yaml:1:8  A map or list is used as a key; this looks like a template that has not been rendered.
      Fix: render it first (helm template, kubectl kustomize).   [template-not-rendered]
    m.yaml:1:8  The alias *x stands inside the value that it names, which would never end.
      Fix: write the value out instead of the alias.   [alias-cycle]
    m.yaml:1:15  The alias *x stands inside the value that it names, which would never end.
      Fix: write the value out instead of the alias.   [alias-cycle]
    m.yaml:1:4  The alias *nowhere names no anchor before it in this document.
      Fix: put &nowhere on the value meant, or quote the text if it is no alias.   [unknown-alias]
    m.yaml:2:1  The key "a" stands twice in one map; one of the two values would be lost.
      Fix: remove one of them.   [duplicate-key]
    m.yaml:1:10  The key "a" stands twice in one map; one of the two values would be lost.
      Fix: remove one of them.   [duplicate-key]
    m.yaml:5:1  The key "__proto__" is not accepted: no field, label or setting of Kubernetes has that name.
      Fix: remove it.   [reserved-key]
    m.yaml:1:22  The key "__proto__" is not accepted: no field, label or setting of Kubernetes has that name.
      Fix: remove it.   [reserved-key]
    m.yaml:1:4  .nan is a number that the Kubernetes API cannot hold.
      Fix: write a finite number, or quote it if text is meant.   [not-a-number]
    m.yaml:1:3  A map or list is used as a key; this looks like a template that has not been rendered.
      Fix: render it first (helm template, kubectl kustomize).   [template-not-rendered]
    m.yaml:1:1  A key is empty or null.
      Fix: give the key a name.   [unsupported-key]
    m.yaml:1:10  A merge key "<<" needs a map or a list of maps.
      Fix: name an anchor that stands on a map.   [bad-merge]
    m.yaml:1:1  This is a list, not a Kubernetes object.
      Fix: write a map with apiVersion, kind and metadata.   [not-an-object]
    m.yaml:1:1  This is text, not a Kubernetes object.
      Fix: write a map with apiVersion, kind and metadata.   [not-an-object]
    m.yaml:1:1  This is a number, not a Kubernetes object.
      Fix: write a map with apiVersion, kind and metadata.   [not-an-object]
    m.yaml:1:1  apiVersion is missing.
      Fix: write it as text, for example "v1" or "apps/v1".   [missing-api-version]
    m.yaml:1:1  kind is missing.
      Fix: write it as text, for example "Service".   [missing-kind]
    m.yaml:1:1  apiVersion is a number, not text.
      Fix: write it as text, for example "v1" or "apps/v1".   [wrong-type]
    m.yaml:1:1  Pod: metadata is missing.
      Fix: add metadata with a name.   [missing-name]
    m.yaml:3:1  Pod: metadata.name is missing.
      Fix: give the object a name.   [missing-name]
    m.yaml:4:3  Pod: metadata.name is a number, not text.
      Fix: put the name in quotes.   [wrong-type]
    m.yaml:5:3  Pod "a": metadata.namespace is a map, not text.
      Fix: put the namespace in quotes.   [wrong-type]
    m.yaml:5:1  Pod "a": spec is a list, not a map.
      Fix: indent the fields of spec under it.   [wrong-type]
    m.yaml:1:21  The file ends where a key in quotes is expected.
      Fix: mend the JSON here, or write the file again with kubectl get -o json.   [json-syntax]
    m.yaml:1:21  Expected a "," or the closing "}", found """.
      Fix: mend the JSON here, or write the file again with kubectl get -o json.   [json-syntax]
    m.yaml:1:7  This text holds an escape that JSON does not know.
      Fix: mend the JSON here, or write the file again with kubectl get -o json.   [json-syntax]
    m.yaml:1:43  This is a number, not a Kubernetes object.
      Fix: write a map with apiVersion, kind and metadata.   [not-an-object]
    m.yaml:1:45  apiVersion is missing.
      Fix: write it as text, for example "v1" or "apps/v1".   [missing-api-version]
    m.yaml:1:1  m.yaml is not a text file: it holds the control character U+0000.
      Fix: pass manifests as UTF-8 text in YAML or JSON.   [not-text]
    m.yaml:1:252  This is nested too deep.
      Fix: no Kubernetes object is this deep: check where a bracket was left open.   [nested-too-deep]
    m.yaml:1:500  This is nested too deep.
      Fix: no Kubernetes object is this deep: check where a bracket was left open.   [nested-too-deep]
    m.yaml:1:1  m.yaml holds no Kubernetes object.
      Fix: check that this is the file meant.   [no-objects]
    m.yaml:1:1  m.yaml holds no Kubernetes object.
      Fix: check that this is the file meant.   [no-objects]
    m.yaml:6:1  Pod "a" stands twice in the input, first at m.yaml:1.
      Fix: remove one of them, or pass only one of the files.   [duplicate-object]
    m.yaml:1:52  Something that was opened here or before is not closed, or a separator is missing.
      Fix: look for a missing quote, bracket, comma or ":", often on the line before.   [yaml-syntax]"
  `);
});

test("aliases may repeat values, but not without end", () => {
  const bomb = ["a: &a [x, x, x, x, x, x, x, x, x, x]"];
  for (let level = 1; level < 12; level += 1) {
    const [name, inner] = [level, level - 1].map((index) => String.fromCharCode(97 + index));
    bomb.push(`${name}: &${name} [${Array(10).fill(`*${inner}`).join(", ")}]`);
  }
  expect(complaints(bomb.join("\n"))).toContain("Aliases repeat more than 100000 values");
  const modest = `${POD}a\nspec: {a: &l {app: web}, b: *l, c: *l}`;
  expect(read(modest).objects[0]?.object.spec).toEqual({
    a: { app: "web" },
    b: { app: "web" },
    c: { app: "web" },
  });
});

test("keys that name what all objects share stay plain data", () => {
  const text = `${POD}a\n  labels: {constructor: x, toString: t, hasOwnProperty: z}`;
  const labels = read(text).objects[0]?.object.metadata.labels;
  expect(Object.entries(labels ?? {})).toEqual([
    ["constructor", "x"],
    ["toString", "t"],
    ["hasOwnProperty", "z"],
  ]);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test("a file beyond the limit is refused at once with the way out", () => {
  const options = { maxYamlLength: 1_048_576, maxJsonLength: 1_048_576 };
  const yaml = readManifests([{ file: "big.yaml", text: "a: b\n".repeat(300_000) }], options);
  expect(yaml.diagnostics.map(formatDiagnostic)).toEqual([
    "big.yaml:1:1  big.yaml holds 2 MiB of YAML; the limit is 1 MiB.\n  Fix: pass JSON (kubectl get -o json), which is read much faster, or split it.   [file-too-large]",
  ]);
  const json = readManifests(
    [{ file: "big.json", text: `{"a":"${"b".repeat(1_048_576)}"}` }],
    options,
  );
  expect(json.diagnostics[0]?.code).toBe("file-too-large");
});

test("one broken document does not take the others with it", () => {
  const { objects, diagnostics } = read(`${POD}a\n---\na: [\n---\n${POD}b\n`);
  expect(objects.map((entry) => entry.object.metadata.name)).toEqual(["a", "b"]);
  expect(diagnostics.map(({ code, at }) => [code, at?.line])).toEqual([["yaml-syntax", 7]]);
});

test("every kind is counted, and ignored ones that would change the answer are warned about", () => {
  const kinds = [
    ["v1", "Service"],
    ["serving.knative.dev/v1", "Service"],
    ["networking.k8s.io/v1", "NetworkPolicy"],
    ["gateway.networking.k8s.io/v1", "HTTPRoute"],
    ["networking.istio.io/v1", "VirtualService"],
    ["v1", "ServiceAccount"],
    ["autoscaling/v2", "HorizontalPodAutoscaler"],
    ["cilium.io/v2", "CiliumNetworkPolicy"],
    ["batch/v1", "Job"],
    ["policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy"],
  ];
  const text = kinds
    .map(
      ([apiVersion, kind], index) =>
        `{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {name: n${index}}}`,
    )
    .join("\n---\n");
  const sorted = sortByKind(read(`# kinds\n${text}`).objects);
  expect(sorted.counts.simulated.map(({ kind, count }) => [kind, count])).toEqual([["Service", 1]]);
  expect(sorted.counts.inference.map(({ kind }) => kind)).toEqual(["HorizontalPodAutoscaler"]);
  expect(sorted.counts.ignored).toHaveLength(8);
  expect(sorted.diagnostics.map(({ message }) => message).join("\n")).toMatchInlineSnapshot(`
    "1 AdminNetworkPolicy (policy.networking.k8s.io/v1alpha1) ignored: no traffic is blocked by it.
    1 CiliumNetworkPolicy (cilium.io/v2) ignored: no traffic is blocked by it.
    1 HTTPRoute (gateway.networking.k8s.io/v1) ignored: its routes and their weights send no traffic; entry traffic reaches Services directly.
    1 Job (batch/v1) ignored: its pods are not made: they take no room on nodes, and Services that select them lack them.
    1 NetworkPolicy (networking.k8s.io/v1) ignored: no traffic is blocked by it.
    1 Service (serving.knative.dev/v1) ignored: its pods are not made: they take no room on nodes, and Services that select them lack them.
    1 VirtualService (networking.istio.io/v1) ignored: traffic is not split, retried, timed out or kept in its zone by the mesh."
  `);
});

test("a document too long for the full reader names the line where it leaves the plain form", () => {
  const text = `${POD}a\n  annotations:\n${"    note: x\n".repeat(500_000)}`;
  expect(complaints(text)).toMatchInlineSnapshot(`
    "m.yaml:7:5  This document of 6.0 MB leaves the plain block form of YAML here, which is too slow to read at such a length.
      Fix: mend this line if it is wrong, else pass JSON (kubectl get -o json) or split the document.   [document-too-large]"
  `);
});
