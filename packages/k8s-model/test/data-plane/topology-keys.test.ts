import {
  checkRelease,
  type Endpoint,
  type EndpointSlice,
  type KubeObject,
  type Service,
  validateObject,
} from "@k8s-netsim/k8s-model/api";
import { Cluster, type ClusterOptions } from "@k8s-netsim/k8s-model/cluster";
import { explainRouting, PortView } from "@k8s-netsim/k8s-model/data-plane";
import { Simulation } from "@k8s-netsim/sim-core";
import { describe, expect, it } from "vitest";
import { deployment, nodes, service } from "../cluster/objects.ts";

const HOSTNAME = "kubernetes.io/hostname";
const ZONE = "topology.kubernetes.io/zone";
const REGION = "topology.kubernetes.io/region";

const NODES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  n0: { [HOSTNAME]: "n0", [ZONE]: "a", [REGION]: "r" },
  n1: { [HOSTNAME]: "n1", [ZONE]: "b", [REGION]: "r" },
  n2: { [HOSTNAME]: "n2", [ZONE]: "c", [REGION]: "s" },
  bare: {},
};

/** One endpoint on each node of this list; the pod index is that of the list. */
function view(on: readonly string[], topologyKeys: readonly string[], ready = true): PortView {
  const port = { name: "http", port: 80 };
  const web: Service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "default" },
    spec: { clusterIP: "10.96.0.1", ports: [port], topologyKeys },
  };
  const endpoints = on.map((nodeName, index): Endpoint => {
    const zone = NODES[nodeName]?.[ZONE];
    return {
      addresses: [`10.0.0.${index}`],
      nodeName,
      ...(zone === undefined ? {} : { zone }),
      conditions: { ready },
    };
  });
  const slice: EndpointSlice = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "web-1", namespace: "default" },
    addressType: "IPv4",
    endpoints,
    ports: [{ name: "http", port: 8080 }],
  };
  const podIndex = ({ address }: { address: string }): number => Number(address.slice(7));
  return new PortView(web, port, [slice], podIndex, (name) => NODES[name]);
}

function chosen(on: readonly string[], keys: readonly string[], from: string): unknown {
  const { verdict, endpoints } = view(on, keys).routing(from, NODES[from]?.[ZONE], "internal");
  return verdict === "accept" ? endpoints : verdict;
}

describe("the retired topologyKeys", () => {
  it("take the first key for which an endpoint shares the node's value", () => {
    const on = ["n0", "n0", "n1", "n2"];
    expect(chosen(on, [HOSTNAME, ZONE, REGION], "n0")).toEqual([0, 1]);
    expect(chosen(["n1", "n2"], [HOSTNAME, ZONE, REGION], "n0")).toEqual([0]);
    expect(chosen(["n2", "n2"], [ZONE, "*"], "n0")).toEqual([0, 1]);
  });

  it("leave no endpoint where nothing matches: the connection is refused", () => {
    expect(chosen(["n1", "n2"], [HOSTNAME, ZONE], "n0")).toBe("reject");
    expect(chosen(["n1"], ["example.com/rack"], "n0")).toBe("reject");
  });

  it("on a node without labels choose every endpoint if * is last, else none", () => {
    expect(chosen(["n0", "n1"], [ZONE, "*"], "bare")).toEqual([0, 1]);
    expect(chosen(["n0", "n1"], [ZONE], "bare")).toBe("reject");
  });

  it("look at ready endpoints only", () => {
    expect(view(["n0"], ["*"], false).routing("n0", "a", "internal").verdict).toBe("reject");
  });

  it("are taken apart like any other choice", () => {
    const { steps, endpoints } = explainRouting(view(["n0", "n1"], [ZONE]), "n0", "a", "internal");
    expect(steps.at(-1)).toBe(
      `topologyKeys (${ZONE}): 1 of them share the first key with any match on node n0`,
    );
    expect(endpoints.map(({ kept }) => kept)).toEqual([true, false]);
  });

  it("in a manifest are said to be gone", () => {
    const web = { ...service("web"), spec: { ...service("web").spec, topologyKeys: [ZONE] } };
    const [finding] = validateObject(web);
    expect([finding?.field, finding?.severity]).toEqual(["spec.topologyKeys", "warning"]);
    expect(finding?.detail).toContain("was removed in Kubernetes 1.22");
    expect(checkRelease(web, "1.36")).toEqual([]);
  });
});

describe("the semi-manual way and the automatic ones on one cluster", () => {
  /** Of the pairs of node and endpoint that connections may use, the share within a zone; refusals. */
  function outcome(spec: Partial<Service["spec"]>, extra: Partial<Given> = {}): Outcome {
    const { mode, options = { topologyKeys: true }, zones = ["a", "b", "c"] } = extra;
    const cluster = new Cluster(new Simulation({ seed: "keys" }), { check: true, ...options });
    const web = service("web", spec);
    const annotated: KubeObject =
      mode === undefined
        ? web
        : {
            ...web,
            metadata: {
              ...web.metadata,
              annotations: { "service.kubernetes.io/topology-mode": mode },
            },
          };
    const workloads = zones.map((zone) => inZone(`web-${zone}`, zone));
    for (const object of [...nodes(["a", "b", "c"], 2), ...workloads, annotated]) {
      cluster.apply(object);
    }
    expect(cluster.settle().steady).toBe(true);
    let near = 0;
    let all = 0;
    let refused = 0;
    const at = cluster.services.byKey("default/web")?.index ?? -1;
    for (const node of cluster.nodes) {
      const routing = cluster.route(node.index, at, 0, "internal");
      if (routing.verdict === "reject") refused++;
      for (const pod of routing.endpoints) {
        const home = cluster.nodes.at(cluster.pods.at(pod)?.nodeIndex ?? -1);
        all++;
        if (home?.zone === node.zone) near++;
      }
    }
    return { near, all, refused };
  }

  interface Given {
    readonly mode: string;
    readonly options: ClusterOptions;
    readonly zones: readonly string[];
  }

  interface Outcome {
    readonly near: number;
    readonly all: number;
    readonly refused: number;
  }

  function inZone(name: string, zone: string): KubeObject {
    const made = deployment("web", 2);
    const { template } = made.spec;
    const labels = { app: "web", part: name };
    return {
      ...made,
      metadata: { ...made.metadata, name },
      spec: {
        ...made.spec,
        selector: { matchLabels: labels },
        template: {
          ...template,
          metadata: { labels },
          spec: { ...template.spec, nodeSelector: { [ZONE]: zone } },
        },
      },
    };
  }

  const everywhere = { near: 12, all: 36, refused: 0 };
  const zonal = { near: 12, all: 12, refused: 0 };

  it("keep traffic in the zone alike where every zone has pods", () => {
    expect(outcome({})).toEqual(everywhere);
    expect(outcome({ topologyKeys: [ZONE, "*"] })).toEqual(zonal);
    expect(outcome({ trafficDistribution: "PreferSameZone" })).toEqual(zonal);
    expect(outcome({}, { mode: "Auto" })).toEqual(zonal);
  });

  it("differ for a zone without pods: keys without * refuse, hints and * go elsewhere", () => {
    const zones = ["a", "b"];
    expect(outcome({ topologyKeys: [ZONE] }, { zones })).toEqual({ near: 8, all: 8, refused: 2 });
    expect(outcome({ topologyKeys: [ZONE, "*"] }, { zones })).toEqual({
      near: 8,
      all: 16,
      refused: 0,
    });
    expect(outcome({ trafficDistribution: "PreferSameZone" }, { zones })).toEqual({
      near: 8,
      all: 16,
      refused: 0,
    });
  });

  it("know no topologyKeys on a release that no longer has them", () => {
    const keys = { topologyKeys: [ZONE] };
    expect(outcome(keys, { options: { kubernetesVersion: "1.36" } })).toEqual(everywhere);
    expect(outcome(keys, { options: { kubernetesVersion: "1.20" } })).toEqual(zonal);
  });
});
