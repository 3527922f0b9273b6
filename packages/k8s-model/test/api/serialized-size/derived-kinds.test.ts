import {
  type KubeObject,
  type ObjectMeta,
  serializedSizes,
  watchFrameBytes,
} from "@k8s-netsim/k8s-model/api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rawJsonBytes } from "../../../src/api/serialized-size/raw-json-size.ts";
import { textBytes } from "../../../src/api/serialized-size/text-size.ts";
import { Message, time } from "./protobuf-encoder.ts";

const CREATED = "2026-01-17T23:58:33Z";

function metadata(given: ObjectMeta): Message {
  const meta = new Message()
    .text(1, given.name)
    .text(2, given.generateName ?? "")
    .text(3, given.namespace ?? "")
    .text(4, "")
    .text(5, given.uid ?? "")
    .text(6, given.resourceVersion ?? "")
    .number(7, given.generation ?? 0)
    .message(8, given.creationTimestamp === undefined ? new Message() : time(CREATED));
  if (given.deletionTimestamp !== undefined) meta.message(9, time(given.deletionTimestamp));
  if (given.deletionGracePeriodSeconds !== undefined) {
    meta.number(10, given.deletionGracePeriodSeconds);
  }
  meta.map(11, given.labels ?? {}).map(12, given.annotations ?? {});
  for (const owner of given.ownerReferences ?? []) {
    const reference = new Message()
      .text(1, owner.kind)
      .text(3, owner.name)
      .text(4, owner.uid)
      .text(5, owner.apiVersion);
    if (owner.controller !== undefined) reference.flag(6, owner.controller);
    if (owner.blockOwnerDeletion !== undefined) reference.flag(7, owner.blockOwnerDeletion);
    meta.message(13, reference);
  }
  return meta;
}

const META: ObjectMeta = {
  name: "wéb-1",
  namespace: "default",
  uid: "0e8dc8b5-8b2d-4e54-8f6a-4f1a8c3c0a11",
  resourceVersion: "123456",
  creationTimestamp: CREATED,
  labels: { app: "web", "pod-template-hash": "6d4cf56db6" },
  annotations: { "example.com/note": "a < b & c" },
  ownerReferences: [
    {
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      name: "web-6d4cf56db6",
      uid: "u",
      controller: true,
    },
  ],
};

/** The object as the API server emits it: Go's escapes are put in afterwards. */
function goJsonBytes(object: KubeObject): number {
  const text = JSON.stringify(object).replace(/[<>&\u2028\u2029]/g, "\\u0000");
  return new TextEncoder().encode(text).length + 1;
}

describe("a Service", () => {
  const port = { name: "http", protocol: "TCP", port: 80, targetPort: 8080, nodePort: 30080 };
  const named = { name: "admin", protocol: "TCP", port: 8443, targetPort: "admin" };
  const object: KubeObject = {
    apiVersion: "v1",
    kind: "Service",
    metadata: META,
    spec: {
      ports: [port, named],
      selector: { app: "web" },
      clusterIP: "10.96.0.10",
      clusterIPs: ["10.96.0.10", "fd00::a"],
      type: "NodePort",
      sessionAffinity: "ClientIP",
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } },
      externalTrafficPolicy: "Local",
      ipFamilies: ["IPv4", "IPv6"],
      ipFamilyPolicy: "PreferDualStack",
      internalTrafficPolicy: "Cluster",
      trafficDistribution: "PreferSameZone",
    },
    status: { loadBalancer: {} },
  };
  const ports = [
    new Message()
      .text(1, "http")
      .text(2, "TCP")
      .number(3, 80)
      .message(4, new Message().number(1, 0).number(2, 8080).text(3, ""))
      .number(5, 30080),
    new Message()
      .text(1, "admin")
      .text(2, "TCP")
      .number(3, 8443)
      .message(4, new Message().number(1, 1).number(2, 0).text(3, "admin"))
      .number(5, 0),
  ] as const;
  const spec = new Message()
    .message(1, ports[0])
    .message(1, ports[1])
    .map(2, { app: "web" })
    .text(3, "10.96.0.10")
    .text(4, "NodePort")
    .text(7, "ClientIP")
    .text(8, "")
    .text(10, "")
    .text(11, "Local")
    .number(12, 0)
    .flag(13, false)
    .message(14, new Message().message(1, new Message().number(1, 10_800)))
    .text(17, "PreferDualStack")
    .text(18, "10.96.0.10")
    .text(18, "fd00::a")
    .text(19, "IPv4")
    .text(19, "IPv6")
    .text(22, "Cluster")
    .text(23, "PreferSameZone");
  const message = new Message()
    .message(1, metadata(META))
    .message(2, spec)
    .message(3, new Message().message(1, new Message()));

  it("has the length of the bytes that an encoder makes", () => {
    expect(serializedSizes(object).message).toBe(message.bytes.length);
    expect(serializedSizes(object).json).toBe(goJsonBytes(object));
  });
});

describe("a Pod", () => {
  const probe = {
    httpGet: { path: "/", port: 8080, scheme: "HTTP" },
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  };
  const token = {
    name: "kube-api-access",
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: "token" } },
        {
          configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] },
        },
      ],
      defaultMode: 420,
    },
  };
  const object: KubeObject = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...META, deletionTimestamp: CREATED, deletionGracePeriodSeconds: 30 },
    spec: {
      volumes: [token],
      containers: [
        {
          name: "main",
          image: "example/web:1",
          ports: [{ name: "http", containerPort: 8080, protocol: "TCP" }],
          env: [
            { name: "A", value: "1" },
            { name: "B", valueFrom: { configMapKeyRef: { name: "settings", key: "b" } } },
          ],
          resources: { limits: { memory: "64Mi" }, requests: { cpu: "100m", memory: "64Mi" } },
          readinessProbe: probe,
          terminationMessagePath: "/dev/termination-log",
          terminationMessagePolicy: "File",
          imagePullPolicy: "IfNotPresent",
        },
      ],
      restartPolicy: "Always",
      terminationGracePeriodSeconds: 30,
      dnsPolicy: "ClusterFirst",
      nodeName: "node-00001",
      securityContext: {},
      schedulerName: "default-scheduler",
      tolerations: [{ key: "k", operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 }],
      priority: -5,
      enableServiceLinks: true,
      preemptionPolicy: "PreemptLowerPriority",
    },
    status: {
      phase: "Running",
      conditions: [
        { type: "Ready", status: "True", lastProbeTime: null, lastTransitionTime: CREATED },
      ],
      hostIP: "192.168.0.1",
      hostIPs: [{ ip: "192.168.0.1" }],
      podIP: "10.128.0.1",
      podIPs: [{ ip: "10.128.0.1" }],
      startTime: CREATED,
      qosClass: "Burstable",
    },
  };

  function handler(): Message {
    const port = new Message().number(1, 0).number(2, 8080).text(3, "");
    return new Message().message(
      2,
      new Message().text(1, "/").message(2, port).text(3, "").text(4, "HTTP"),
    );
  }

  function container(): Message {
    const port = new Message()
      .text(1, "http")
      .number(2, 0)
      .number(3, 8080)
      .text(4, "TCP")
      .text(5, "");
    const reference = new Message().message(1, new Message().text(1, "settings")).text(2, "b");
    const probeMessage = new Message()
      .message(1, handler())
      .number(2, 0)
      .number(3, 1)
      .number(4, 10)
      .number(5, 1)
      .number(6, 3);
    return new Message()
      .text(1, "main")
      .text(2, "example/web:1")
      .text(5, "")
      .message(6, port)
      .message(7, new Message().text(1, "A").text(2, "1"))
      .message(
        7,
        new Message().text(1, "B").text(2, "").message(3, new Message().message(3, reference)),
      )
      .message(
        8,
        new Message()
          .quantities(1, { memory: "64Mi" })
          .quantities(2, { cpu: "100m", memory: "64Mi" }),
      )
      .message(11, probeMessage)
      .text(13, "/dev/termination-log")
      .text(14, "IfNotPresent")
      .flag(16, false)
      .flag(17, false)
      .flag(18, false)
      .text(20, "File");
  }

  function spec(): Message {
    const serviceAccountToken = new Message().text(1, "").number(2, 3607).text(3, "token");
    const item = new Message().text(1, "ca.crt").text(2, "ca.crt");
    const configMap = new Message()
      .message(1, new Message().text(1, "kube-root-ca.crt"))
      .message(2, item);
    const projected = new Message()
      .message(1, new Message().message(4, serviceAccountToken))
      .message(1, new Message().message(3, configMap))
      .number(2, 420);
    const volume = new Message()
      .text(1, "kube-api-access")
      .message(2, new Message().message(26, projected));
    const toleration = new Message()
      .text(1, "k")
      .text(2, "Exists")
      .text(3, "")
      .text(4, "NoExecute")
      .number(5, 300);
    return new Message()
      .message(1, volume)
      .message(2, container())
      .text(3, "Always")
      .number(4, 30)
      .text(6, "ClusterFirst")
      .text(8, "")
      .text(9, "")
      .text(10, "node-00001")
      .flag(11, false)
      .flag(12, false)
      .flag(13, false)
      .message(14, new Message())
      .text(16, "")
      .text(17, "")
      .text(19, "default-scheduler")
      .message(22, toleration)
      .text(24, "")
      .number(25, -5)
      .flag(30, true)
      .text(31, "PreemptLowerPriority");
  }

  function status(): Message {
    const condition = new Message()
      .text(1, "Ready")
      .text(2, "True")
      .message(3, new Message())
      .message(4, time(CREATED))
      .text(5, "")
      .text(6, "")
      .number(7, 0);
    return new Message()
      .text(1, "Running")
      .message(2, condition)
      .text(3, "")
      .text(4, "")
      .text(5, "192.168.0.1")
      .text(6, "10.128.0.1")
      .message(7, time(CREATED))
      .text(9, "Burstable")
      .text(11, "")
      .message(12, new Message().text(1, "10.128.0.1"))
      .text(14, "")
      .message(16, new Message().text(1, "192.168.0.1"))
      .number(17, 0);
  }

  it("has the length of the bytes that an encoder makes", () => {
    const message = new Message()
      .message(1, metadata(object.metadata))
      .message(2, spec())
      .message(3, status());
    expect(serializedSizes(object).message).toBe(message.bytes.length);
    expect(serializedSizes(object).json).toBe(goJsonBytes(object));
  });

  it("counts what the model does not set as told", () => {
    const bare = serializedSizes(object);
    const more = serializedSizes(object, { protobuf: 1500, json: 2500 });
    expect([more.message - bare.message, more.json - bare.json]).toEqual([1500, 2500]);
  });
});

describe("a Node", () => {
  const info = {
    machineID: "m",
    systemUUID: "s",
    bootID: "b",
    kernelVersion: "6.12",
    osImage: "Linux",
    containerRuntimeVersion: "containerd://2.1",
    kubeletVersion: "v1.36.2",
    kubeProxyVersion: "",
    operatingSystem: "linux",
    architecture: "amd64",
  };
  const taint = { key: "node.kubernetes.io/unreachable", effect: "NoExecute", timeAdded: CREATED };
  const { ownerReferences: _, namespace: __, ...meta } = META;
  const object: KubeObject = {
    apiVersion: "v1",
    kind: "Node",
    metadata: meta,
    spec: { podCIDR: "10.1.0.0/24", podCIDRs: ["10.1.0.0/24"], taints: [taint] },
    status: {
      capacity: { cpu: "8", memory: "32Gi" },
      allocatable: { cpu: "7800m", memory: "30Gi" },
      conditions: [
        {
          type: "Ready",
          status: "True",
          lastHeartbeatTime: CREATED,
          lastTransitionTime: CREATED,
          reason: "KubeletReady",
        },
      ],
      addresses: [{ type: "InternalIP", address: "192.168.0.1" }],
      daemonEndpoints: { kubeletEndpoint: { Port: 10_250 } },
      nodeInfo: info,
    },
  };

  it("has the length of the bytes that an encoder makes", () => {
    const infoMessage = new Message();
    for (const [index, value] of Object.values(info).entries()) infoMessage.text(index + 1, value);
    const spec = new Message()
      .text(1, "10.1.0.0/24")
      .text(2, "")
      .text(3, "")
      .flag(4, false)
      .message(
        5,
        new Message().text(1, taint.key).text(2, "").text(3, "NoExecute").message(4, time(CREATED)),
      )
      .text(7, "10.1.0.0/24");
    const condition = new Message()
      .text(1, "Ready")
      .text(2, "True")
      .message(3, time(CREATED))
      .message(4, time(CREATED))
      .text(5, "KubeletReady")
      .text(6, "");
    const status = new Message()
      .quantities(1, { cpu: "8", memory: "32Gi" })
      .quantities(2, { cpu: "7800m", memory: "30Gi" })
      .text(3, "")
      .message(4, condition)
      .message(5, new Message().text(1, "InternalIP").text(2, "192.168.0.1"))
      .message(6, new Message().message(1, new Message().number(1, 10_250)))
      .message(7, infoMessage);
    const message = new Message().message(1, metadata(meta)).message(2, spec).message(3, status);
    expect(serializedSizes(object).message).toBe(message.bytes.length);
    expect(serializedSizes(object).json).toBe(goJsonBytes(object));
  });
});

describe("a Lease", () => {
  it("has the length of the bytes that an encoder makes", () => {
    const object: KubeObject = {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: META,
      spec: {
        holderIdentity: "node-00001",
        leaseDurationSeconds: 40,
        renewTime: "2026-01-17T23:58:33.123456Z",
      },
    };
    const spec = new Message()
      .text(1, "node-00001")
      .number(2, 40)
      .message(4, time(CREATED, 123_456_000));
    const message = new Message().message(1, metadata(META)).message(2, spec);
    expect(serializedSizes(object).message).toBe(message.bytes.length);
    expect(serializedSizes(object).json).toBe(goJsonBytes(object));
  });
});

describe("other kinds", () => {
  it("of apps/v1 can be told", () => {
    const object: KubeObject = {
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: META,
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: "web" } },
        template: { metadata: {}, spec: { containers: [], hostname: "h" } },
      },
      status: { replicas: 2 },
    };
    const podSpec = new Message();
    for (const field of [3, 6, 8, 9, 10]) podSpec.text(field, "");
    for (const field of [11, 12, 13]) podSpec.flag(field, false);
    podSpec.text(16, "h");
    for (const field of [17, 19, 24]) podSpec.text(field, "");
    const template = new Message().message(1, metadata({ name: "" })).message(2, podSpec);
    const spec = new Message()
      .number(1, 2)
      .message(2, new Message().map(1, { app: "web" }))
      .message(3, template)
      .number(4, 0);
    const status = new Message();
    for (const [field, value] of [2, 0, 0, 0, 0].entries()) status.number(field + 1, value);
    const message = new Message().message(1, metadata(META)).message(2, spec).message(3, status);
    expect(serializedSizes(object).message).toBe(message.bytes.length);
    expect(serializedSizes(object).json).toBe(goJsonBytes(object));
  });

  it("that no table holds are refused", () => {
    const foreign: KubeObject = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" } };
    expect(() => watchFrameBytes(foreign, "ADDED", "json")).toThrow(
      /no field table for the kind Secret/,
    );
  });
});

describe("texts", () => {
  /** Go's encoder: HTML escapes, short forms, six characters for other controls. */
  function goText(text: string): string {
    const short: Record<string, string> = {
      "\b": "\\b",
      "\f": "\\f",
      "\n": "\\n",
      "\r": "\\r",
      "\t": "\\t",
    };
    let out = "";
    for (const character of wellFormed(text)) {
      const code = character.codePointAt(0) ?? 0;
      if (character === '"' || character === "\\") out += `\\${character}`;
      else if (short[character] !== undefined) out += short[character];
      else if (code < 0x20 || "<>&\u2028\u2029".includes(character)) out += "\\u0000";
      else out += character;
    }
    return `"${out}"`;
  }
  /** Half a pair becomes U+FFFD, as in Go's decoder. */
  const wellFormed = (text: string): string =>
    Array.from(text, (one) => (/^[\ud800-\udfff]$/.test(one) ? "\ufffd" : one)).join("");
  const bytes = (text: string): number => new TextEncoder().encode(text).length;
  const odd = fc.string({
    unit: fc.oneof(
      fc.constantFrom(
        "<",
        ">",
        "&",
        '"',
        "\\",
        "\n",
        "\u0001",
        "\u007f",
        "\u2028",
        "\ud800",
        "\udc00",
      ),
      fc.string({ unit: "binary", maxLength: 2 }),
    ),
    maxLength: 30,
  });

  it("have the length of their UTF-8 and of what Go's JSON encoder writes", () => {
    fc.assert(
      fc.property(odd, (text) => {
        expect(textBytes(text)).toEqual({ protobuf: bytes(text), json: bytes(goText(text)) });
      }),
      { seed: 20_240_503 },
    );
  });

  it("inside managedFields are stored without the escapes for HTML", () => {
    const value = { 'k:{"a":"<"}': { ".": {} }, n: [1, true, null, "é&"] };
    const stored = bytes(JSON.stringify(value));
    expect(rawJsonBytes(value)).toEqual({ protobuf: stored, json: stored + 10 });
  });
});
