import { expect, test } from "vitest";
import { checkReferences, formatDiagnostic, readManifests } from "../../src/manifests/index.ts";

function complaints(text: string): string {
  const { objects, diagnostics } = readManifests([{ file: "manifests/web.yaml", text }]);
  expect(diagnostics).toEqual([]);
  return checkReferences(objects).map(formatDiagnostic).join("\n");
}

const WEB = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: server
          ports:
            - {name: http, containerPort: 8080}
            - {name: metrics, containerPort: 9090}
            - {name: dns, containerPort: 53, protocol: UDP}
`;

function service(fields: string): string {
  return `---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
${fields}
`;
}

test("a targetPort that no container names is an error that points at the line which would mend it", () => {
  const ports = "  selector: {app: web}\n  ports:\n    - port: 80\n      targetPort: http2";
  expect(complaints(WEB + service(ports))).toMatchInlineSnapshot(`
    "manifests/web.yaml:25:7  Service "web": targetPort "http2" matches no container port.
      Pods selected by app=web declare: http, metrics, dns (UDP).
      Fix: use targetPort "http", or name the port in Deployment "web" (manifests/web.yaml:12).   [unknown-target-port]"
  `);
});

test("a targetPort of another protocol, or of some pods only, is told apart", () => {
  const ports = "  selector: {app: web}\n  ports:\n    - port: 53\n      targetPort: dns";
  expect(complaints(WEB + service(ports))).toMatchInlineSnapshot(`
    "manifests/web.yaml:25:7  Service "web": targetPort "dns" matches no container port.
      Pods selected by app=web declare: http, metrics, dns (UDP).
      Fix: "dns" is declared for UDP: set protocol: UDP on this port, or name another.   [unknown-target-port]"
  `);
  const canary = WEB.replace("name: web", "name: canary").replace("name: http,", "name: web,");
  const named = "  selector: {app: web}\n  ports:\n    - {port: 80, targetPort: http}";
  expect(complaints(`${WEB}---\n${canary}${service(named)}`)).toMatchInlineSnapshot(`
    "manifests/web.yaml:40:18  Service "web": targetPort "http" matches no container port of Deployment "canary"; their pods get no traffic on this port.
      Fix: name the port in them too, or give this port a Service of its own.   [target-port-partly-unknown]"
  `);
});

test("a number that no container declares is only a warning, as pods may listen all the same", () => {
  const ports = "  selector: {app: web}\n  ports: [{port: 80, targetPort: 8081}, {port: 8080}]";
  expect(complaints(WEB + service(ports))).toMatchInlineSnapshot(`
    "manifests/web.yaml:23:22  Service "web": no container of its pods declares port 8081; they declare 8080, 9090, 53. It may listen there all the same.
      Fix: check the number; if it is right, declare it in the container's ports.   [undeclared-target-port]"
  `);
});

test("a Service that nothing stands behind is a warning with what may have been meant", () => {
  expect(complaints(WEB + service("  selector: {app: wbe}"))).toMatchInlineSnapshot(`
    "manifests/web.yaml:22:3  Service "web": the selector app=wbe matches no pod of the input, so it has no endpoints.
      Fix: Deployment "web" (manifests/web.yaml:8) has app=web; make selector and labels agree.   [selector-matches-nothing]"
  `);
  expect(complaints(WEB + service("  ports: [{port: 80}]"))).toMatchInlineSnapshot(`
    "manifests/web.yaml:21:1  Service "web" has no selector, and the input has no EndpointSlice with endpoints for it.
      Fix: add a selector, or an EndpointSlice with the label kubernetes.io/service-name: web.   [service-without-endpoints]"
  `);
  const slice = `---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: s, labels: {kubernetes.io/service-name: web}}
addressType: IPv4
endpoints: [{addresses: [10.0.0.1]}]
`;
  expect(complaints(service("  ports: [{port: 80}]") + slice)).toBe("");
  expect(complaints(slice)).toMatchInlineSnapshot(`
    "manifests/web.yaml:4:21  EndpointSlice "s" belongs to Service "web", which the input does not have.
      Fix: add the Service to the input, or correct the label.   [slice-without-service]"
  `);
});

test("a pod on a node that is not there is an error, unless no Nodes were given at all", () => {
  const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  nodeName: gone\n";
  const node = "---\napiVersion: v1\nkind: Node\nmetadata: {name: here}\n";
  expect(complaints(pod + node)).toMatchInlineSnapshot(`
    "manifests/web.yaml:5:3  Pod "p" runs on node "gone", which the input does not have.
      Fix: add the Node, or remove nodeName to let the scheduler place the pod.   [unknown-node]"
  `);
  expect(complaints(pod)).toMatchInlineSnapshot(`
    "manifests/web.yaml:5:3  A pod names the node to run on, but the input has no Nodes; the scheduler places it on made-up nodes.
      Fix: add them (kubectl get nodes -o json), so that the pods stay where they are.   [nodes-missing]"
  `);
  expect(complaints(`${pod}status: {phase: Succeeded}\n${node}`)).toBe("");
});

test("ConfigMaps, autoscalers, Ingresses, StatefulSets and namespaces that name what is missing are warnings", () => {
  const text = `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: data}
spec:
  serviceName: db
  template:
    spec:
      containers:
        - name: c
          env: [{name: A, valueFrom: {configMapKeyRef: {name: gone, key: k}}}]
          envFrom: [{configMapRef: {name: optional, optional: true}}]
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: h}
spec: {scaleTargetRef: {kind: Deployment, name: gone}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: i}
spec:
  defaultBackend: {service: {name: web, port: {number: 81}}}
  rules: [{http: {paths: [{backend: {service: {name: gone, port: {number: 80}}}}]}}]
---
{apiVersion: v1, kind: Namespace, metadata: {name: shop}}
${service("  type: ExternalName\n  externalName: example.com\n  ports: [{port: 80}]")}`;
  expect(complaints(text)).toMatchInlineSnapshot(`
    "manifests/web.yaml:10:27  StatefulSet "db" needs ConfigMap "gone", which the input does not have; what it names is not followed.
      Fix: add the ConfigMap to the input.   [unknown-config-map]
    manifests/web.yaml:5:3  StatefulSet "db" (namespace data) gives its pods names through Service "db", which the input does not have.
      Fix: correct the name, or add the object to the input.   [unknown-service]
    manifests/web.yaml:16:8  HorizontalPodAutoscaler "h" scales Deployment "gone", which the input does not have.
      Fix: correct the name, or add the object to the input.   [unknown-scale-target]
    manifests/web.yaml:22:41  Ingress "i" names port 81 of Service "web", which has 80.
      Fix: correct the port here or in the Service.   [unknown-service-port]
    manifests/web.yaml:23:28  Ingress "i" sends requests to Service "gone", which the input does not have.
      Fix: correct the name, or add the object to the input.   [unknown-service]
    manifests/web.yaml:3:22  StatefulSet "db" (namespace data) is in namespace "data", which is not among the input's 1.
      Fix: add the Namespace, or correct the name.   [unknown-namespace]"
  `);
});
