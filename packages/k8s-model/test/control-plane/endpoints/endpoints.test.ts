import type {
  EndpointSlice,
  EndpointSubset,
  Endpoints,
  KubeObject,
  Pod,
  Service,
} from "@k8s-netsim/k8s-model/api";
import { Cluster } from "@k8s-netsim/k8s-model/cluster";
import {
  AddressIndex,
  addressOfPod,
  mirrorEndpoints,
  reconcileEndpoints,
  repackSubsets,
} from "@k8s-netsim/k8s-model/control-plane";
import { Simulation } from "@k8s-netsim/sim-core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fnv128Hex } from "../../../src/control-plane/endpoints/fnv.ts";
import { deployment, nodes, service } from "../../cluster/objects.ts";

const ANNOTATION = "endpoints.kubernetes.io/over-capacity";

function web(spec: Partial<Service["spec"]> = {}): Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "default" },
    spec: {
      selector: { app: "web" },
      clusterIP: "10.96.0.10",
      ipFamilies: ["IPv4"],
      ports: [{ name: "http", port: 80, targetPort: 8080, protocol: "TCP" }],
      ...spec,
    },
  };
}

function pod(id: number, ready: boolean, extra: Partial<Pod["status"]> = {}): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `web-${id}`, namespace: "default", uid: `uid-${id}` },
    spec: { nodeName: "n0", containers: [{ name: "main" }] },
    status: {
      phase: "Running",
      podIPs: [{ ip: `10.1.${id >> 8}.${id & 255}` }, { ip: `fd00::${id.toString(16)}` }],
      conditions: [{ type: "Ready", status: ready ? "True" : "False" }],
      ...extra,
    },
  };
}

function subsetsOf(service: Service, pods: readonly Pod[]): readonly EndpointSubset[] {
  const index = new AddressIndex();
  for (const one of pods) index.set(one.metadata.name, addressOfPod(service, one));
  return index.subsets();
}

function ips(list: EndpointSubset["addresses"]): string[] {
  return (list ?? []).map(({ ip }) => ip);
}

describe("subsets of a Service", () => {
  it("list addresses of the first family only, sorted as text", () => {
    const pods = [pod(10, true), pod(9, true), pod(2, false)];
    const [subset] = subsetsOf(web(), pods);
    expect(ips(subset?.addresses)).toEqual(["10.1.0.10", "10.1.0.9"]);
    expect(ips(subset?.notReadyAddresses)).toEqual(["10.1.0.2"]);
    const [ipv6] = subsetsOf(web({ ipFamilies: ["IPv6", "IPv4"] }), pods);
    expect(ips(ipv6?.addresses)).toEqual(["fd00::9", "fd00::a"]);
  });

  it("are empty of ports for a headless Service that has none, and nothing for another", () => {
    const { ports: _, ...portless } = web().spec;
    const headless = { ...web(), spec: { ...portless, clusterIP: "None" } };
    expect(subsetsOf(headless, [pod(1, true)])).toEqual([
      { addresses: [expect.objectContaining({ ip: "10.1.0.1" })] },
    ]);
    expect(subsetsOf({ ...web(), spec: portless }, [pod(1, true)])).toEqual([]);
  });

  it("hold a pod's hostname where its subdomain is the Service", () => {
    const named = pod(1, true);
    const withName = { ...named, spec: { ...named.spec, hostname: "web-1", subdomain: "web" } };
    expect(subsetsOf(web(), [withName])[0]?.addresses?.[0]?.hostname).toBe("web-1");
  });

  it("are the same whether kept up pod by pod or built at once", () => {
    const step = fc.record({ id: fc.nat(40), state: fc.constantFrom("ready", "not", "gone") });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const kept = new AddressIndex();
        const present = new Map<number, Pod>();
        for (const { id, state } of steps) {
          if (state === "gone") present.delete(id);
          else present.set(id, pod(id, state === "ready"));
          const now = present.get(id);
          kept.set(`web-${id}`, now === undefined ? undefined : addressOfPod(web(), now));
          if (id % 7 === 0) kept.subsets();
        }
        expect(kept.subsets()).toEqual(subsetsOf(web(), [...present.values()]));
      }),
      { seed: 20_240_501, numRuns: 60 },
    );
  });

  it("of somebody else's making are repacked: one subset for each set of addresses", () => {
    const a = { ip: "10.0.0.1" };
    const b = { ip: "10.0.0.2" };
    const http = { name: "http", port: 80 };
    const https = { name: "https", port: 443 };
    const packed = repackSubsets([
      { addresses: [b], ports: [http, https] },
      { addresses: [a], ports: [http] },
      { addresses: [a], ports: [https] },
      { notReadyAddresses: [b], ports: [https] },
    ]);
    expect(packed).toHaveLength(2);
    expect(packed).toContainEqual({ addresses: [a, b], ports: [http] });
    expect(packed).toContainEqual({ addresses: [a], notReadyAddresses: [b], ports: [https] });
  });
});

describe("one sync", () => {
  const over = Array.from({ length: 1200 }, (_, id) => pod(id, id % 4 !== 0));

  function sync(current: Endpoints | undefined, pods: readonly Pod[], max: number | null = 1000) {
    const subsets = subsetsOf(web(), pods);
    return reconcileEndpoints({
      service: web(),
      subsets,
      current,
      maxEndpointsPerObject: max,
      triggerTime: undefined,
    });
  }

  it("keeps ready addresses first where there are too many, and says so", () => {
    const output = sync(undefined, over);
    const endpoints = output.action === "none" ? undefined : output.endpoints;
    const [subset] = endpoints?.subsets ?? [];
    expect([subset?.addresses?.length, subset?.notReadyAddresses?.length]).toEqual([900, 100]);
    expect(endpoints?.metadata.annotations).toEqual({ [ANNOTATION]: "truncated" });
  });

  it("writes at every sync over the capacity, and none below it once the mark is gone", () => {
    const first = sync(undefined, over);
    if (first.action === "none") throw new Error("expected a write");
    const second = sync(first.endpoints, over);
    expect(second).toEqual({ ...first, action: "update" });
    const under = sync(first.endpoints, over.slice(0, 900));
    if (under.action === "none") throw new Error("expected a write");
    expect(under.endpoints.metadata.annotations).toBeUndefined();
    expect(sync(under.endpoints, over.slice(0, 900)).action).toBe("none");
  });

  it("has no limit before 1.22", () => {
    const output = sync(undefined, over, null);
    const [subset] = output.action === "none" ? [] : (output.endpoints.subsets ?? []);
    expect([subset?.addresses?.length, subset?.notReadyAddresses?.length]).toEqual([900, 300]);
  });
});

describe("a cluster with the Endpoints controllers", () => {
  function settled(...objects: readonly KubeObject[]): Cluster {
    const cluster = new Cluster(new Simulation({ seed: "endpoints" }), {
      endpointsController: true,
      check: true,
    });
    for (const object of [...nodes(["a", "b"], 2), ...objects]) cluster.apply(object);
    expect(cluster.settle().steady).toBe(true);
    return cluster;
  }
  const key = "default/web";
  const endpointsOf = (cluster: Cluster): Endpoints | undefined =>
    cluster.store.get<Endpoints>("Endpoints", key);

  it("lists the ready pods of a Deployment, follows its scale and ends with the Service", () => {
    const cluster = settled(deployment("web", 3), service("web"));
    expect(endpointsOf(cluster)?.subsets?.[0]?.addresses).toHaveLength(3);
    expect(endpointsOf(cluster)?.metadata.labels).toMatchObject({
      "endpoints.kubernetes.io/managed-by": "endpoint-controller",
    });
    cluster.apply(deployment("web", 5));
    cluster.settle();
    expect(endpointsOf(cluster)?.subsets?.[0]?.addresses).toHaveLength(5);
    cluster.delete("Service", key);
    cluster.settle();
    expect(endpointsOf(cluster)).toBeUndefined();
  });

  it("has none unless asked for", () => {
    const cluster = new Cluster(new Simulation({ seed: "endpoints" }), { check: true });
    for (const object of [...nodes(["a"], 1), deployment("web", 1), service("web")]) {
      cluster.apply(object);
    }
    cluster.settle();
    expect(endpointsOf(cluster)).toBeUndefined();
  });

  it("mirrors hand-made Endpoints of a Service without a selector to slices, and takes them back", () => {
    const { selector: _, ...spec } = service("web").spec;
    const manual: Endpoints = {
      apiVersion: "v1",
      kind: "Endpoints",
      metadata: { name: "web", namespace: "default", labels: { team: "x" } },
      subsets: [
        { addresses: [{ ip: "192.0.2.1" }, { ip: "2001:db8::1" }], ports: [{ port: 8080 }] },
      ],
    };
    const cluster = settled({ ...service("web"), spec }, manual);
    const slices = (): EndpointSlice[] => cluster.store.list<EndpointSlice>("EndpointSlice");
    expect(
      slices()
        .map(({ addressType }) => addressType)
        .sort(),
    ).toEqual(["IPv4", "IPv6"]);
    expect(slices()[0]?.metadata.labels).toMatchObject({
      team: "x",
      "endpointslice.kubernetes.io/managed-by": "endpointslicemirroring-controller.k8s.io",
    });
    const skipped = {
      ...manual.metadata,
      labels: { "endpointslice.kubernetes.io/skip-mirror": "true" },
    };
    cluster.apply({ ...manual, metadata: skipped });
    cluster.settle();
    expect(slices()).toEqual([]);
  });
});

describe("mirroring", () => {
  function endpoints(count: number, ports: EndpointSubset["ports"]): Endpoints {
    const addresses = Array.from({ length: count }, (_, i) => ({
      ip: `10.9.${i >> 8}.${i & 255}`,
    }));
    return {
      apiVersion: "v1",
      kind: "Endpoints",
      metadata: { name: "web", namespace: "default", uid: "u" },
      subsets: [{ addresses, ...(ports === undefined ? {} : { ports }) }],
    };
  }
  const mirror = (given: Endpoints | undefined, slices: readonly EndpointSlice[] = []) =>
    mirrorEndpoints({ endpoints: given, slices, maxEndpointsPerSubset: 1000 });

  it("takes at most 1,000 addresses of a subset", () => {
    const { creates, skipped } = mirror(endpoints(1200, [{ port: 80 }]));
    expect(creates.map((slice) => slice.endpoints?.length)).toEqual([1000]);
    expect(skipped).toBe(200);
  });

  it("skips what is no address", () => {
    const made = endpoints(1, [{ port: 80 }]);
    const given = { ...made, subsets: [{ addresses: [{ ip: "not an address" }] }] };
    expect(mirror(given)).toEqual({ creates: [], updates: [], deletes: [], skipped: 1 });
  });

  it("writes nothing when nothing changed, and reuses a slice for new ports", () => {
    const given = endpoints(3, [{ name: "http", port: 80 }]);
    const [made] = mirror(given).creates;
    const stored = { ...made, metadata: { ...made?.metadata, name: "web-1" } } as EndpointSlice;
    expect(mirror(given, [stored])).toMatchObject({ creates: [], updates: [], deletes: [] });
    const other = mirror(endpoints(3, [{ name: "http", port: 81 }]), [stored]);
    expect([other.creates.length, other.deletes.length]).toEqual([0, 0]);
    expect(other.updates[0]?.metadata.name).toBe("web-1");
    expect(mirror(undefined, [stored]).deletes).toEqual([stored]);
  });
});

describe("the hash that orders ports and subsets", () => {
  it("is 128-bit FNV-1a over UTF-8", () => {
    expect(fnv128Hex("")).toBe("6c62272e07bb014262b821756295c58d");
    expect(fnv128Hex("a")).toBe("d228cb696f1a8caf78912b704e4a8964");
    const text = fc.string({ unit: "binary", maxLength: 40 });
    fc.assert(
      fc.property(text, (one) => {
        expect(fnv128Hex(one)).toBe(slowFnv(one));
      }),
      { seed: 20_240_502 },
    );
  });
});

/** The definition, in big integers. */
function slowFnv(text: string): string {
  let hash = 0x6c62272e07bb014262b821756295c58dn;
  for (const byte of Buffer.from(text)) {
    hash = ((hash ^ BigInt(byte)) * ((1n << 88n) + 0x13bn)) & ((1n << 128n) - 1n);
  }
  return hash.toString(16).padStart(32, "0");
}
