import { expect, test } from "vitest";
import { formatDiagnostic } from "../../src/manifests/diagnostic.ts";
import { applyChanged, applySet, applySets, readManifests } from "../../src/manifests/index.ts";

const text = `apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop, annotations: {example.com/a: x}}
spec: {ports: [{name: http, port: 80}, {name: admin, port: 81}]}
---
apiVersion: v1
kind: Service
metadata: {name: api}
spec: {ports: [{port: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {replicas: 1}
`;
const { objects } = readManifests([{ file: "shop.yaml", text }]);

function specs(edit: string): unknown[] {
  return applySet(objects, edit).objects.map((entry) => entry.object.spec);
}

test("an edit reaches every object that its patterns match and leaves the input untouched", () => {
  const before = structuredClone(objects.map((entry) => entry.object));
  const result = applySet(objects, "svc/*:spec.trafficDistribution=PreferSameZone");
  expect(result.diagnostics).toEqual([]);
  expect(
    result.changes.map(({ entry, field, before, after }) => [
      entry.object.metadata.name,
      field,
      before,
      after,
    ]),
  ).toEqual([
    ["web", "spec.trafficDistribution", undefined, "PreferSameZone"],
    ["api", "spec.trafficDistribution", undefined, "PreferSameZone"],
  ]);
  expect(objects.map((entry) => entry.object)).toEqual(before);
});

test("values are JSON where they can be, else text, and null deletes", () => {
  expect(specs("deployments/web:spec.replicas=6")[2]).toEqual({ replicas: 6 });
  expect(specs("shop/DEPLOY/w?b:spec.replicas=six")[2]).toEqual({ replicas: "six" });
  expect(specs('Deployment/web:spec.replicas="6"')[2]).toEqual({ replicas: "6" });
  expect(specs("Deployment/web:spec.replicas=null")[2]).toEqual({});
  expect(specs('Deployment/web:spec.strategy={"type":"Recreate"}')[2]).toEqual({
    replicas: 1,
    strategy: { type: "Recreate" },
  });
});

test("list items are reached by index, by a field, or all at once", () => {
  expect(specs("Service/web:spec.ports[0].port=90")[0]).toMatchObject({
    ports: [{ port: 90 }, { port: 81 }],
  });
  expect(specs("Service/web:spec.ports[name=admin].port=90")[0]).toMatchObject({
    ports: [{ port: 80 }, { port: 90 }],
  });
  expect(specs("Service/web:spec.ports[*].appProtocol=http")[0]).toMatchObject({
    ports: [{ appProtocol: "http" }, { appProtocol: "http" }],
  });
  expect(specs("Service/web:spec.ports[0]=null")[0]).toEqual({
    ports: [{ name: "admin", port: 81 }],
  });
  expect(specs('Service/web:spec.ports[2]={"port":1}')[0]).toMatchObject({
    ports: [{}, {}, { port: 1 }],
  });
});

test("missing maps are made on the way, and a backslash keeps a dot in a name", () => {
  const result = applySet(
    objects,
    "Service/api:metadata.annotations.service\\.kubernetes\\.io/topology-mode=Auto",
  );
  expect(result.objects[1]?.object.metadata.annotations).toEqual({
    "service.kubernetes.io/topology-mode": "Auto",
  });
});

test("an edited field is placed in the edit, and keeps the text of its number", () => {
  const edited = applySet(objects, "Service/web:spec.ports[0].port=90.0").objects[0];
  expect(edited?.literal("spec.ports[0].port")).toBe("90.0");
  expect(edited?.literal("spec.ports[1].port")).toBe("81");
  expect(edited?.position("spec.ports[0].port")).toEqual({
    file: "--set Service/web:spec.ports[0].port=90.0",
    line: 1,
    column: 32,
  });
  expect(edited?.position("spec.ports[1].port")).toEqual({
    file: "shop.yaml",
    line: 4,
    column: 54,
  });
});

test("an edit that cannot be applied says why and changes nothing", () => {
  const edits = [
    "Servce/web:spec.x=1",
    "Service/wbe:spec.x=1",
    "other/Service/web:spec.x=1",
    "Service/web",
    "Service/web:spec.x",
    "Service/web:=1",
    "Service/web:spec.ports.port=1",
    "Service/web:spec.ports[5].port=1",
    "Service/web:spec.ports[name=x].port=1",
    "Service/web:kind.x=1",
    "Service/web:metadata.name=other",
    "Service/web:spec.__proto__.x=1",
    'Service/web:spec.x={"__proto__":{"y":1}}',
    "Service/web:metadata.labels.constructor=x",
    "Service/web:spec.ports[0].port.x=1",
    "Service/web:spec.ports[0=1",
  ];
  const messages = edits.map((edit) => {
    const result = applySet(objects, edit);
    expect(result.objects).toBe(objects);
    return result.diagnostics.map(formatDiagnostic).join("\n");
  });
  expect(messages.join("\n")).toMatchInlineSnapshot(`
    "--set Servce/web:spec.x=1:1:1  The input has no object of this kind; near: Service, Deployment.
      Fix: check kind, name and namespace.   [set-no-match]
    --set Service/wbe:spec.x=1:1:1  No object matches; near: web, api.
      Fix: check kind, name and namespace.   [set-no-match]
    --set other/Service/web:spec.x=1:1:1  No object matches; near: shop/web, default/api.
      Fix: check kind, name and namespace.   [set-no-match]
    --set Service/web:1:1  This edit names no object and field.
      Fix: write [NAMESPACE/]KIND/NAME:path=value, as in 'Service/*:spec.trafficDistribution=PreferSameZone'.   [set-syntax]
    --set Service/web:spec.x:1:19  The "=" is missing.
      Fix: write [NAMESPACE/]KIND/NAME:path=value, as in 'Service/*:spec.trafficDistribution=PreferSameZone'.   [set-syntax]
    --set Service/web:=1:1:13  The path is empty.
      Fix: write [NAMESPACE/]KIND/NAME:path=value, as in 'Service/*:spec.trafficDistribution=PreferSameZone'.   [set-syntax]
    --set Service/web:spec.ports.port=1:1:13  Service "web" (namespace shop): spec.ports is a list.
      Fix: name an item: [0], [name=web] or [*] for each.   [set-path]
    --set Service/web:spec.ports[5].port=1:1:13  Service "web" (namespace shop): spec.ports has 2 items.
      Fix: use an index below 3.   [set-path]
    --set Service/web:spec.ports[name=x].port=1:1:13  Service "web" (namespace shop): spec.ports has no item with name=x.
      Fix: check the name.   [set-path]
    --set Service/web:kind.x=1:1:1  Service "web" (namespace shop): kind.x says which object this is and cannot be edited.
      Fix: pass the other object with --changed.   [set-identity]
    --set Service/web:metadata.name=other:1:1  Service "web" (namespace shop): metadata.name says which object this is and cannot be edited.
      Fix: pass the other object with --changed.   [set-identity]
    --set Service/web:spec.__proto__.x=1:1:18  The key "__proto__" is not accepted in an edit.
      Fix: change the file itself if a label or setting really has that name.   [reserved-key]
    --set Service/web:spec.x={"__proto__":{"y":1}}:1:21  The key "__proto__" is not accepted: no field, label or setting of Kubernetes has that name.
      Fix: remove it.   [reserved-key]
    --set Service/web:metadata.labels.constructor=x:1:29  The key "constructor" is not accepted in an edit.
      Fix: change the file itself if a label or setting really has that name.   [reserved-key]
    --set Service/web:spec.ports[0].port.x=1:1:13  Service "web" (namespace shop): spec.ports[0].port holds no fields.
      Fix: check the path.   [set-path]
    --set Service/web:spec.ports[0=1:1:23  A "[" is not closed.
      Fix: write [NAMESPACE/]KIND/NAME:path=value, as in 'Service/*:spec.trafficDistribution=PreferSameZone'.   [set-syntax]"
  `);
  expect(({} as Record<string, unknown>).y).toBeUndefined();
});

test("an edit that changes nothing is a warning", () => {
  const result = applySets(objects, ["Deployment/web:spec.replicas=1", "Service/api:spec.x=null"]);
  expect(result.changes).toEqual([]);
  expect(result.diagnostics.map((diagnostic) => diagnostic.code)).toEqual([
    "set-no-change",
    "set-no-change",
  ]);
});

test("changed manifests replace by kind, namespace and name, and keep what the server wrote", () => {
  const dump = readManifests([
    {
      file: "dump.json",
      text: JSON.stringify({
        apiVersion: "v1",
        kind: "ServiceList",
        items: [
          {
            metadata: { name: "a", uid: "1" },
            spec: { clusterIP: "10.0.0.1", ports: [{ port: 1 }] },
            status: {},
          },
          { metadata: { name: "b" }, spec: { ports: [{ port: 1 }] } },
        ],
      }),
    },
  ]);
  const after = readManifests([
    {
      file: "after.yaml",
      text: `{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 2}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: b}, spec: {ports: [{port: 1}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: c}, spec: {}}`,
    },
  ]);
  const result = applyChanged(dump.objects, after.objects);
  const names = (entries: readonly { object: { metadata: { name: string } } }[]) =>
    entries.map((entry) => entry.object.metadata.name);
  expect([names(result.changed), names(result.unchanged), names(result.added)]).toEqual([
    ["a"],
    ["b"],
    ["c"],
  ]);
  expect(result.objects[0]?.object).toEqual({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "a", namespace: "default", uid: "1" },
    spec: { clusterIP: "10.0.0.1", ports: [{ port: 2 }] },
    status: {},
  });
  expect(result.objects[0]?.position("spec").file).toBe("after.yaml");
});
