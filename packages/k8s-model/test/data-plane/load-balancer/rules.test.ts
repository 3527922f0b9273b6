import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EndpointSlice, Node, Service } from "../../../src/api/index.ts";
import {
  admitsSource,
  announcingNodes,
  checkLoadBalancer,
  cloudBalancer,
  drawsByShare,
  frontEndPairs,
  healthCheckNodePortAnswer,
  layer2Announcer,
  layer2Balancer,
  layer2Order,
  provisioning,
  proxyHealthz,
  sourceSeen,
  TargetHealth,
  targetShares,
  waysIn,
} from "../../../src/data-plane/index.ts";

const names = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/), {
  minLength: 1,
  maxLength: 8,
});

describe("layer 2 election", () => {
  test("whoever is lost, the others keep their order: only the lost node's addresses move", () => {
    fc.assert(
      fc.property(names, fc.ipV4(), fc.nat(), (candidates, ip, at) => {
        const order = layer2Order({ candidates, ip });
        const lost = order[at % order.length];
        const left = candidates.filter((name) => name !== lost).reverse();
        expect(layer2Order({ candidates: left, ip })).toEqual(
          order.filter((name) => name !== lost),
        );
      }),
    );
  });

  test("exactly one candidate announces, and a preferred one before all others", () => {
    fc.assert(
      fc.property(names, fc.ipV6(), fc.nat(), (candidates, ip, at) => {
        expect(candidates).toContain(layer2Announcer({ candidates, ip }));
        const preferred = candidates[at % candidates.length] as string;
        const preferenceScores = new Map([[preferred, 1]]);
        expect(layer2Announcer({ candidates, ip, preferenceScores })).toBe(preferred);
      }),
    );
    expect(layer2Announcer({ candidates: [], ip: "192.0.2.1" })).toBeUndefined();
  });

  test("an address counts, not how it is written", () => {
    const candidates = ["node-1", "node-2", "node-3", "node-4"];
    expect(layer2Order({ candidates, ip: "2001:DB8:0:0::10" })).toEqual(
      layer2Order({ candidates, ip: "2001:db8::10" }),
    );
  });

  test("by policy Local only nodes with an endpoint that serves may announce", () => {
    const nodes = ["n1", "n2", "n3", "n4"].map((name) => node(name));
    const excluded = node("n5", { "node.kubernetes.io/exclude-from-external-load-balancers": "" });
    const slices = [
      slice([
        ["n1", { ready: true }],
        ["n2", { ready: false, serving: true, terminating: true }],
        ["n3", { ready: false, serving: false }],
        ["n5", { ready: true }],
      ]),
    ];
    const speakers = new Set(["n1", "n2", "n3", "n5"]);
    const ask = (externalTrafficPolicy: "Cluster" | "Local") =>
      announcingNodes({
        service: service({ type: "LoadBalancer", externalTrafficPolicy }),
        slices,
        nodes: [...nodes, excluded],
        speakers,
      });
    expect(ask("Local")).toEqual(["n1", "n2"]);
    expect(ask("Cluster")).toEqual(["n1", "n2", "n3"]);
  });
});

describe("shares of a cloud balancer", () => {
  const zones = fc.array(fc.nat(2), { minLength: 1, maxLength: 40 });

  test("add up to one; across zones all targets are equal, within zones all zones in use", () => {
    fc.assert(
      fc.property(zones, (targetZones) => {
        const on = targetShares({ targetZones, frontEnds: 3, crossZone: true });
        for (const share of on) expect(share).toBeCloseTo(1 / targetZones.length, 12);
        const off = targetShares({ targetZones, frontEnds: 3, crossZone: false });
        const inUse = new Set(targetZones);
        for (const zone of inUse) {
          const ofZone = targetZones.flatMap((of, at) => (of === zone ? [off[at] as number] : []));
          expect(ofZone.reduce((so, share) => so + share)).toBeCloseTo(1 / inUse.size, 12);
        }
      }),
    );
  });

  test("two and eight targets: 10 % each, or 25 % and 6.25 % within zones", () => {
    const targetZones = [0, 0, 1, 1, 1, 1, 1, 1, 1, 1];
    const on = targetShares({ targetZones, frontEnds: 2, crossZone: true });
    const off = targetShares({ targetZones, frontEnds: 2, crossZone: false });
    expect([on[0], on[9], off[0], off[9]]).toEqual([0.1, 0.1, 0.25, 0.0625].map(closeTo));
  });

  test("an even draw spreads by share", () => {
    fc.assert(
      fc.property(zones, fc.boolean(), (targetZones, crossZone) => {
        const pairs = frontEndPairs({ targetZones, frontEnds: 3, crossZone });
        const draws = drawsByShare(pairs);
        const counts = new Float64Array(pairs.length);
        for (const at of draws) counts[at] = (counts[at] as number) + 1;
        pairs.forEach(({ share }, at) => {
          expect((counts[at] as number) / draws.length).toBeCloseTo(share, 3);
        });
      }),
    );
  });
});

describe("health of a target", () => {
  test("turns exactly when the last threshold results in a row say so", () => {
    const thresholds = fc.integer({ min: 1, max: 6 });
    fc.assert(
      fc.property(
        thresholds,
        thresholds,
        fc.array(fc.boolean(), { maxLength: 60 }),
        (healthyThreshold, unhealthyThreshold, results) => {
          const check = { intervalNs: 1, timeoutNs: 0, healthyThreshold, unhealthyThreshold };
          const health = new TargetHealth(check, "healthy");
          results.forEach((passed, at) => {
            const before = health.state;
            health.checked(passed);
            if (health.state === before) return;
            const needed = passed ? healthyThreshold : unhealthyThreshold;
            const last = results.slice(at + 1 - needed, at + 1);
            expect(last).toEqual(new Array(needed).fill(passed));
            expect(health.state).toBe(passed ? "healthy" : "unhealthy");
          });
          const tail = new TargetHealth(check, "healthy");
          for (let at = 0; at < unhealthyThreshold; at++) tail.checked(false);
          expect(tail.state).toBe("unhealthy");
        },
      ),
    );
  });

  test("one check makes a new target healthy", () => {
    const check = { intervalNs: 1, timeoutNs: 0, healthyThreshold: 5, unhealthyThreshold: 5 };
    const health = new TargetHealth(check);
    expect(health.checked(true)).toBe(true);
    expect(health.state).toBe("healthy");
  });

  test("thresholds and times that cannot be are refused", () => {
    for (const healthCheck of [
      { unhealthyThreshold: 0 },
      { healthyThreshold: 1.5 },
      { intervalNs: 0, timeoutNs: 0 },
      { intervalNs: 5, timeoutNs: 6 },
    ]) {
      expect(() => checkLoadBalancer(cloudBalancer({ healthCheck }))).toThrow();
    }
    expect(() => checkLoadBalancer(layer2Balancer({ failoverNs: -1 }))).toThrow();
    expect(() => checkLoadBalancer(cloudBalancer({ drainNs: Number.NaN }))).toThrow();
  });
});

describe("health answers of a node", () => {
  test("the health-check node port counts ready endpoints and carries them as a weight", () => {
    const web = { namespace: "default", name: "web", proxyHealthy: true };
    const here = healthCheckNodePortAnswer({ ...web, readyHere: 2 });
    expect(here.status).toBe(200);
    expect(here.headers["X-Load-Balancing-Endpoint-Weight"]).toBe("2");
    expect(JSON.parse(here.body)).toMatchObject({ localEndpoints: 2 });
    expect(healthCheckNodePortAnswer({ ...web, readyHere: 0 }).status).toBe(503);
    const behind = healthCheckNodePortAnswer({ ...web, proxyHealthy: false, readyHere: 2 });
    expect(behind.status).toBe(503);
  });

  test("kube-proxy reports a node that the autoscaler is about to delete", () => {
    expect(proxyHealthz(node("n"))).toBe(200);
    const taints = [{ key: "ToBeDeletedByClusterAutoscaler", effect: "NoSchedule" }];
    expect(proxyHealthz({ ...node("n"), spec: { taints } })).toBe(503);
  });
});

describe("ways into a Service", () => {
  const ports = [{ port: 80, nodePort: 30080 }];

  test("an ExternalName is a CNAME: no proxy knows it", () => {
    const { ways, reason } = waysIn(service({ type: "ExternalName", externalName: "db.test" }));
    expect(ways).toEqual([]);
    expect(reason).toContain("CNAME to db.test");
  });

  test("a load balancer has its address, its node port, and the source ranges on the address only", () => {
    const { ways } = waysIn({
      ...service({
        type: "LoadBalancer",
        ports,
        externalIPs: ["198.51.100.7"],
        loadBalancerSourceRanges: ["203.0.113.0/24 ", "2001:db8::/32"],
        externalTrafficPolicy: "Local",
      }),
      status: { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } },
    });
    expect(ways.map(({ kind, address, port }) => [kind, address, port])).toEqual([
      ["node-port", undefined, 30080],
      ["load-balancer", "192.0.2.1", 80],
      ["external-ip", "198.51.100.7", 80],
    ]);
    const [nodePort, balancer] = ways;
    if (nodePort === undefined || balancer === undefined) throw new Error("two ways expected");
    expect(admitsSource(nodePort, "8.8.8.8")).toBe(true);
    expect(admitsSource(balancer, "8.8.8.8")).toBe(false);
    expect(admitsSource(balancer, "203.0.113.9")).toBe(true);
    // No client of the other family comes to this address at all.
    expect(admitsSource(balancer, "2001:db8::1")).toBe(false);
  });

  test("source ranges of the other family restrict nobody, as at kube-proxy", () => {
    const { ways } = waysIn({
      ...service({
        type: "LoadBalancer",
        ports: [{ port: 80 }],
        loadBalancerSourceRanges: ["2001:db8::/32"],
      }),
      status: { loadBalancer: { ingress: [{ ip: "192.0.2.1" }, { ip: "2001:db8:1::1" }] } },
    });
    expect(ways.map((way) => admitsSource(way, "8.8.8.8"))).toEqual([true, false]);
  });

  test("without node ports and without an address nobody gets in", () => {
    const { ways, reason } = waysIn(
      service({
        type: "LoadBalancer",
        ports: [{ port: 80 }],
        allocateLoadBalancerNodePorts: false,
      }),
    );
    expect(ways).toEqual([]);
    expect(reason).toContain("no node port");
  });

  test("a class that nobody serves stays pending, the default controller or not", () => {
    const special = service({ type: "LoadBalancer", loadBalancerClass: "example.com/internal" });
    expect(provisioning(special, [undefined]).state).toBe("pending");
    expect(provisioning(special, ["example.com/internal"]).state).toBe("provisioned");
    expect(provisioning(service({ type: "LoadBalancer" }), [undefined]).state).toBe("provisioned");
    expect(provisioning(service({ type: "LoadBalancer" }), []).state).toBe("pending");
    expect(provisioning(service({}), []).state).toBe("not-asked");
  });

  test("the client's address survives policy Local, and a balancer to pods decides for itself", () => {
    const nodes = cloudBalancer({ targetType: "instance" });
    const pods = cloudBalancer({ targetType: "ip" });
    expect(sourceSeen("Local", nodes)).toBe("client");
    expect(sourceSeen("Cluster", nodes)).toBe("node");
    expect(sourceSeen("Cluster", pods)).toBe("load balancer");
    const keeping = cloudBalancer({ targetType: "ip", preservesClientAddress: true });
    expect(sourceSeen("Cluster", keeping)).toBe("client");
    expect(sourceSeen("Local", layer2Balancer())).toBe("client");
  });
});

function closeTo(value: number): number {
  return expect.closeTo(value, 12) as unknown as number;
}

function node(name: string, labels: Readonly<Record<string, string>> = {}): Node {
  return { apiVersion: "v1", kind: "Node", metadata: { name, labels } };
}

function service(spec: Service["spec"]): Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "default" },
    spec,
  };
}

function slice(
  endpoints: readonly (readonly [string, Readonly<Record<string, boolean>>])[],
): EndpointSlice {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "web-1", namespace: "default" },
    addressType: "IPv4",
    endpoints: endpoints.map(([nodeName, conditions]) => ({
      addresses: ["10.0.0.1"],
      nodeName,
      conditions,
    })),
    ports: [],
  };
}
