import { expect, test } from "vitest";
import { formatDiagnostic, readManifests } from "../../../src/manifests/index.ts";
import { type CallGraph, inferCallGraph, trafficOf } from "../../../src/traffic/inference/index.ts";

interface Piece {
  readonly name: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly container?: Record<string, unknown>;
  readonly pod?: Record<string, unknown>;
}

function workload({ name, kind = "Deployment", namespace = "default", container, pod }: Piece) {
  const labels = { app: name };
  const containers = [{ name: "c", ...container }];
  const template = { metadata: { labels }, spec: { containers, ...pod } };
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: { name, namespace },
    spec: { selector: { matchLabels: labels }, template },
  };
}

function service(
  name: string,
  ports: readonly unknown[] = [{ port: 80 }],
  spec: Record<string, unknown> = {},
  namespace = "default",
) {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace },
    spec: { selector: { app: name }, ports, ...spec },
  };
}

const env = (variables: Record<string, string>) => ({
  env: Object.entries(variables).map(([name, value]) => ({ name, value })),
});

function graphOf(...items: readonly unknown[]): CallGraph {
  const text = JSON.stringify({ apiVersion: "v1", kind: "List", items }, null, 1);
  const { objects, diagnostics } = readManifests([{ file: "shop.json", text }]);
  expect(diagnostics).toEqual([]);
  return inferCallGraph(objects);
}

function edges(graph: CallGraph): string[] {
  return graph.edges.map(({ from, to }) => `${from.split("/").at(-1)} -> ${to.service}:${to.port}`);
}

/** What a client with these variables calls, in a shop with a few Services. */
function calls(variables: Record<string, string>): string[] {
  return edges(
    graphOf(
      workload({ name: "caller", container: env(variables) }),
      workload({ name: "cart" }),
      workload({ name: "user", namespace: "people" }),
      workload({ name: "db", kind: "StatefulSet" }),
      service("cart", [{ port: 7070 }]),
      service("user", [{ port: 80 }, { port: 443 }], {}, "people"),
      service("db", [{ port: 5432 }], { clusterIP: "None" }),
    ),
  );
}

test.each<[string, Record<string, string>, string[]]>([
  ["host and port", { CART: "cart:7070" }, ["caller -> default/cart:7070"]],
  ["a setting named after its value", { CART: "cart" }, ["caller -> default/cart:7070"]],
  ["not any word that is a Service's name", { MODE: "cart" }, []],
  ["a URL with a path", { X: "http://cart:7070/api?x=1" }, ["caller -> default/cart:7070"]],
  ["a full name", { X: "user.people.svc.cluster.local:80" }, ["caller -> people/user:80"]],
  [
    "a full name with a trailing dot",
    { X: "user.people.svc.cluster.local.:80" },
    ["caller -> people/user:80"],
  ],
  ["another namespace", { X: "http://user.people/" }, ["caller -> people/user:80"]],
  ["the scheme's port", { X: "https://user.people" }, ["caller -> people/user:443"]],
  ["the only port", { X: "grpc://cart" }, ["caller -> default/cart:7070"]],
  [
    "a password before the host",
    { X: "postgres://admin:s3cr@t:1@db:5432/shop" },
    ["caller -> default/db:5432"],
  ],
  ["a JDBC address", { X: "jdbc:postgresql://db:5432/shop" }, ["caller -> default/db:5432"]],
  [
    "a list",
    { X: "cart:7070, db:5432" },
    ["caller -> default/cart:7070", "caller -> default/db:5432"],
  ],
  [
    "a list behind a scheme",
    { X: "mongodb://u:p@cart:7070,db:5432/x" },
    ["caller -> default/cart:7070", "caller -> default/db:5432"],
  ],
  ["a pod of a StatefulSet", { X: "db-0.db:5432" }, ["caller -> default/db:5432"]],
  [
    "a bare host in a variable named for one",
    { CART_HOST: "cart" },
    ["caller -> default/cart:7070"],
  ],
  [
    "a host and a port apart",
    { USER_HOST: "user.people", USER_PORT: "443" },
    ["caller -> people/user:443"],
  ],
  [
    "a host and a port in camel case",
    { userHost: "user.people", userPort: "443" },
    ["caller -> people/user:443"],
  ],
  [
    "variables that every container has",
    { X: "$(CART_SERVICE_HOST):$(CART_SERVICE_PORT)" },
    ["caller -> default/cart:7070"],
  ],
  [
    "a variable defined before",
    { HOST: "cart", X: "http://$(HOST):7070" },
    ["caller -> default/cart:7070"],
  ],
  ["a bare word elsewhere", { MODE: "cart" }, []],
  ["a host in a variable named for a server", { REDIS: "cart" }, ["caller -> default/cart:7070"]],
  ["a name that a program calls itself", { OTEL_SERVICE_NAME: "cart" }, []],
  ["a longer word", { X: "mycart:7070 cart-2:7070 cart.js:7070" }, []],
  ["a path", { X: "/images/cart:7070" }, []],
  ["an image", { X: "registry.example/cart:7070" }, []],
  ["a host outside", { X: "http://cart.example.com:7070" }, []],
  ["another namespace without saying so", { USER_HOST: "user" }, []],
])("a variable with %s", (_, variables, expected) => {
  expect(calls(variables)).toEqual(expected);
});

test("arguments, flags and mounted or referenced ConfigMaps name Services too", () => {
  const config = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "settings" },
    data: {
      UPSTREAM: "b:80",
      "app.conf": "# d:80\nlisten: 8080\nupstream:\n  host: c\n  port: 81\n",
      unused: "d:80",
    },
  };
  const graph = graphOf(
    config,
    workload({
      name: "a",
      container: {
        command: ["serve", "--peer", "e:80"],
        args: ["--replicaof", "h", "80", "--auth-host=f", "sh -c 'curl http://g/'"],
        env: [{ name: "B", valueFrom: { configMapKeyRef: { name: "settings", key: "UPSTREAM" } } }],
        volumeMounts: [{ name: "v", mountPath: "/etc" }],
      },
      pod: {
        volumes: [
          { name: "v", configMap: { name: "settings", items: [{ key: "app.conf", path: "x" }] } },
        ],
      },
    }),
    ...["b", "c", "d", "e", "f", "g", "h"].map((name) =>
      service(name, [{ port: 80 }, { port: 81 }]),
    ),
  );
  expect(
    graph.edges.map(({ to, evidence }) => [
      to.service,
      to.port,
      evidence.map(({ variable }) => variable),
    ]),
  ).toMatchInlineSnapshot(`
    [
      [
        "default/b",
        80,
        [
          "B",
        ],
      ],
      [
        "default/c",
        81,
        [
          "ConfigMap default/settings key "app.conf"",
        ],
      ],
      [
        "default/e",
        80,
        [
          "command[2]",
        ],
      ],
      [
        "default/f",
        80,
        [
          "args[3]",
        ],
      ],
      [
        "default/g",
        80,
        [
          "args[4]",
        ],
      ],
      [
        "default/h",
        80,
        [
          "args[1]",
        ],
      ],
    ]
  `);
});

test("evidence holds the place and the matched host only, never the value", () => {
  const graph = graphOf(
    workload({
      name: "a",
      container: env({
        URL: "redis://:hunter2@cache:6379/0",
        OTHER: "hunter2 user:1234@cache:6379",
      }),
    }),
    service("cache", [{ port: 6379 }]),
    service("user", [{ port: 80 }]),
  );
  expect(graph.edges[0]?.evidence).toEqual([
    { at: { file: "shop.json", line: 31, column: 11 }, variable: "URL", matched: "cache:6379" },
    { at: { file: "shop.json", line: 35, column: 11 }, variable: "OTHER", matched: "cache:6379" },
  ]);
  expect(JSON.stringify([graph.edges, graph.diagnostics])).not.toMatch(/hunter2|1234/);
});

test("init containers make no calls, sidecars do", () => {
  const container = (restartPolicy?: string) => ({
    name: "i",
    restartPolicy,
    ...env({ X: "b:80" }),
  });
  const shop = (init: unknown) =>
    edges(
      graphOf(
        workload({ name: "a", pod: { initContainers: [init] } }),
        workload({ name: "b" }),
        service("b"),
      ),
    );
  expect(shop(container())).toEqual([]);
  expect(shop(container("Always"))).toEqual(["a -> default/b:80"]);
});

test("a workload that names its own Service does not call it", () => {
  const graph = graphOf(workload({ name: "a", container: env({ SELF: "a:80" }) }), service("a"));
  expect([graph.edges, graph.selfReferences.length]).toEqual([[], 1]);
});

test("a workload that calls and that no Service leads to is the source of traffic", () => {
  const graph = graphOf(
    workload({ name: "load", container: env({ TARGET: "web:80" }) }),
    workload({ name: "web", container: env({ API: "api:80" }) }),
    workload({ name: "api" }),
    service("web"),
    service("web-external", [{ port: 80 }], { type: "LoadBalancer", selector: { app: "web" } }),
    service("api", [{ port: 80 }], { type: "NodePort" }),
  );
  expect(graph.clients).toEqual(["default/Deployment/load"]);
  expect(graph.entries.map(({ to, reason, reachedBy }) => [to.service, reason, reachedBy])).toEqual(
    [
      ["default/api", "type NodePort", "default/Deployment/load"],
      ["default/web-external", "type LoadBalancer", "default/Deployment/load"],
    ],
  );
  expect(
    trafficOf(graph).clients.map(({ name, workload: from, to }) => [name, from, to.service]),
  ).toEqual([["load", "default/Deployment/load", "default/web"]]);
  expect(trafficOf(graph).calls.map(({ from, to }) => [from, to.service])).toEqual([
    ["default/Deployment/web", "default/api"],
  ]);
});

test("users go on coming to a Service that a change leaves without pods", () => {
  const pods = workload({ name: "web" });
  const before = graphOf(pods, service("web"));
  const text = JSON.stringify(service("web", [{ port: 80 }], { selector: { app: "wbe" } }));
  const { objects } = readManifests([{ file: "after.json", text }]);
  expect(inferCallGraph(objects).entries).toEqual([]);
  expect(trafficOf(inferCallGraph(objects, before)).clients).toEqual(trafficOf(before).clients);
});

test("a load generator is a client even where a Service leads to its console", () => {
  const graph = graphOf(
    workload({ name: "load-generator", container: env({ TARGET: "web:80" }) }),
    workload({ name: "web" }),
    service("load-generator", [{ port: 8089 }]),
    service("web"),
  );
  expect(graph.clients).toEqual(["default/Deployment/load-generator"]);
  expect(graph.entries).toEqual([]);
});

test("of several ports the one that the setting names is meant", () => {
  const ports = [
    { name: "http", port: 15672 },
    { name: "amqp", port: 5672 },
  ];
  const graph = graphOf(
    workload({ name: "a", container: env({ AMQP_HOST: "rabbitmq" }) }),
    workload({ name: "rabbitmq" }),
    service("rabbitmq", ports),
  );
  expect(graph.edges.map(({ to }) => to.port)).toEqual([5672]);
});

test("a Service without selector is not called, as nothing behind it is simulated", () => {
  const graph = graphOf(
    workload({
      name: "a",
      container: env({ DB_HOST: "db", API: "https://kubernetes.default.svc" }),
    }),
    service("db", [{ port: 5432 }], { selector: undefined }),
    service("kubernetes", [{ port: 443 }], { selector: undefined }),
  );
  expect(graph.edges).toEqual([]);
  expect(graph.diagnostics.map(({ code }) => code)).toEqual(["call-outside"]);
});

test("without a client, users enter by Ingress, load balancers and Services that nobody calls", () => {
  const ingress = {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name: "front" },
    spec: {
      rules: [
        { http: { paths: [{ backend: { service: { name: "web", port: { name: "http" } } } }] } },
      ],
    },
  };
  const graph = graphOf(
    ingress,
    workload({ name: "web", container: env({ API: "api:80" }) }),
    workload({ name: "api" }),
    workload({ name: "lonely" }),
    service("web", [
      { name: "metrics", port: 9090 },
      { name: "http", port: 8080 },
    ]),
    service("api"),
    service("lonely"),
    service("lonely-headless", [{ port: 80 }], { clusterIP: "None", selector: { app: "lonely" } }),
    service("dns", [{ port: 53 }], {}, "kube-system"),
    service("nothing"),
  );
  expect(graph.entries.map(({ to, reason }) => [`${to.service}:${to.port}`, reason])).toEqual([
    ["default/lonely:80", "nobody in the input calls it"],
    ["default/web:8080", 'backend of Ingress "front"'],
  ]);
  expect(trafficOf(graph).clients.map(({ name }) => name)).toEqual(["lonely", "web"]);
});

test("calls that go round are cut at one edge, always the same, and named", () => {
  const shop = [
    workload({ name: "load", container: env({ A: "a:80" }) }),
    workload({ name: "a", container: env({ B: "b:80" }) }),
    workload({ name: "b", container: env({ C: "c:80" }) }),
    workload({ name: "c", container: env({ A: "a:80", D: "d:80" }) }),
    workload({ name: "d" }),
    ...["a", "b", "c", "d"].map((name) => service(name)),
  ];
  const graph = graphOf(...shop);
  expect(edges(graph)).toEqual([
    "a -> default/b:80",
    "b -> default/c:80",
    "c -> default/d:80",
    "load -> default/a:80",
  ]);
  expect(graph.cut.map(({ from, to }) => [from, to.service])).toEqual([
    ["default/Deployment/c", "default/a"],
  ]);
  expect(graphOf(...[...shop].reverse()).cut.map(({ from }) => from)).toEqual([
    "default/Deployment/c",
  ]);
  expect(graph.diagnostics.map(formatDiagnostic).join("\n")).toMatchInlineSnapshot(`
    "shop.json:136:11  Calls go round: a -> b -> c -> a. A request would never end; the call from default/Deployment/c to default/a:80 is left out.
      Fix: say with --traffic which of these calls a request really makes.   [call-cycle]"
  `);
});

test("a name that no Service has is an information, a port that it lacks a warning", () => {
  const graph = graphOf(
    workload({
      name: "a",
      container: env({
        B_ADDR: "b:81",
        GONE_ADDR: "gone:80",
        HOSTNAME_X: "outside.example:80",
        LEVEL: "debug:1",
      }),
    }),
    workload({ name: "b" }),
    service("b"),
  );
  expect(graph.diagnostics.map(formatDiagnostic).join("\n")).toMatchInlineSnapshot(`
    "shop.json:31:11  Deployment "a": B_ADDR names port 81 of Service "b", which has only 80.
      Fix: correct the port here or in the Service; this call is not simulated.   [unknown-service-port]
    shop.json:35:11  Deployment "a": GONE_ADDR names gone:80, a Service that the input does not have.
      Fix: add its manifest if it takes part; calls to it are not simulated.   [unknown-service-reference]"
  `);
});

test("where several Services are called by nobody, the missing call graph is said", () => {
  const graph = graphOf(
    workload({ name: "a" }),
    workload({ name: "b" }),
    service("a"),
    service("b"),
  );
  expect(graph.diagnostics.map(formatDiagnostic).join("\n")).toMatchInlineSnapshot(`
    "No environment variable, argument or ConfigMap names one of the 2 Services, so who calls a, b is unknown; each of them is taken for an entry point of its own.
      Fix: save the inferred traffic, add the calls to it, and pass it with --traffic.   [call-graph-not-inferred]"
  `);
});

test.each<[string, unknown, Record<string, unknown>, string, string]>([
  ["appProtocol grpc", { port: 1, appProtocol: "grpc" }, {}, "b:1", 'gRPC by appProtocol "grpc"'],
  [
    "appProtocol h2c",
    { port: 1, appProtocol: "kubernetes.io/h2c" },
    {},
    "b:1",
    'HTTP/2 by appProtocol "kubernetes.io/h2c"',
  ],
  [
    "a port named by Istio's convention",
    { port: 1, name: "grpc-web" },
    {},
    "b:1",
    'gRPC by port name "grpc-web"',
  ],
  [
    "a port named for a database",
    { port: 1, name: "tcp-redis" },
    {},
    "b:1",
    'Redis by port name "tcp-redis"',
  ],
  [
    "a gRPC probe on its target port",
    { port: 1, targetPort: 9 },
    { readinessProbe: { grpc: { port: 9 } } },
    "b:1",
    'gRPC by the probe of Deployment "b"',
  ],
  [
    "a gRPC probe on another port",
    { port: 1, targetPort: 8 },
    { readinessProbe: { grpc: { port: 9 } } },
    "b:1",
    "",
  ],
  ["the scheme of the address", { port: 1 }, {}, "amqp://b:1", 'AMQP by scheme "amqp"'],
  ["a well-known port", { port: 5432 }, {}, "b:5432", "PostgreSQL by port number 5432"],
  ["a well-known port named for HTTP", { port: 9092, name: "http-web" }, {}, "b:9092", ""],
  [
    "an HTTP appProtocol on a port named grpc",
    { port: 1, name: "grpc", appProtocol: "http" },
    {},
    "b:1",
    "",
  ],
])("connections are long-lived for %s, with the reason", (_, port, container, value, reason) => {
  const graph = graphOf(
    workload({ name: "a", container: env({ X: value }) }),
    workload({ name: "b", container }),
    service("b", [port]),
  );
  const connection = graph.edges[0]?.connection;
  expect(connection?.kind).toBe(reason === "" ? "keep-alive" : "long-lived");
  if (reason !== "") expect(connection?.reason).toBe(reason);
});

test("pods of a dump without ReplicaSets belong to the Deployment whose selector and name fit", () => {
  const pod = (name: string, owner: string) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      labels: { app: "b" },
      ownerReferences: [
        { apiVersion: "apps/v1", kind: "ReplicaSet", name: owner, uid: "u", controller: true },
      ],
    },
    spec: { containers: [{ name: "c" }] },
  });
  const graph = graphOf(
    workload({ name: "b" }),
    service("b"),
    pod("b-1-x", "b-1"),
    pod("b-1-y", "b-1"),
    pod("other-1-x", "other-1"),
    pod("other-1-y", "other-1"),
  );
  expect(graph.workloads.map(({ key, pods }) => [key, pods.length])).toEqual([
    ["default/Deployment/b", 2],
    ["default/ReplicaSet/other-1", 2],
  ]);
});
