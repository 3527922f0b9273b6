import { expect, test } from "vitest";
import { anonymiser, readManifests } from "../../src/manifests/index.ts";

const text = `
apiVersion: v1
kind: Node
metadata:
  name: ip-10-1-2-3.internal
  labels: {topology.kubernetes.io/zone: eu-west-1a, topology.kubernetes.io/region: eu-west-1}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: bank}
spec:
  template:
    metadata: {labels: {app: cart, team: treasury}}
    spec: {containers: [{name: main-server, image: "registry.bank.example/cart:1.2"}]}
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: bank}
spec: {clusterIP: 10.9.8.7, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: cart-db, namespace: bank}
`;
const { objects } = readManifests([{ file: "prod/bank.yaml", text }]);
const aliases = anonymiser(objects);

test("every name of the input is replaced wherever it stands as a whole", () => {
  expect(
    [
      "bank/cart:80 -> bank/cart-db at node ip-10-1-2-3.internal in eu-west-1a (eu-west-1)",
      'prod/bank.yaml:14:9  Deployment "cart": image registry.bank.example/cart:1.2',
      "cart.bank.svc.cluster.local, 10.9.8.7, team=treasury, main-server",
      "cartography and my-cart stay, default and kube-system too",
    ].map((line) => aliases.text(line)),
  ).toMatchInlineSnapshot(`
    [
      "ns-1/workload-1:80 -> ns-1/svc-1 at node node-1 in zone-1 (region-1)",
      "file-1:14:9  Deployment "workload-1": image image-1",
      "workload-1.ns-1.svc.cluster.local, address-1, label-1=label-2, container-1",
      "cartography and my-cart stay, default and kube-system too",
    ]
  `);
});

test("the same input gives the same aliases, and an unknown name is left as it is", () => {
  expect(anonymiser(objects).text("bank/cart")).toBe(aliases.text("bank/cart"));
  expect(aliases.name("cart")).toBe("workload-1");
  expect(aliases.name("unknown")).toBe("unknown");
});
