import {
  clusterIP,
  type Lab,
  type LabPlan,
  type LabService,
  PACKET_LAB,
  type Sighting,
  type Situation,
  tcpExchange,
} from "@k8s-netsim/k8s-model/data-plane";

/** A lab like the usual one, with addresses, MTUs and pods of somebody's choice. */
export function planOf(given: {
  readonly underlay: number;
  readonly pods: number;
  readonly overlayMtu?: number;
  readonly endpoints?: number;
  readonly serverPort?: number;
}): LabPlan {
  const { underlay, pods, overlayMtu = 1450, endpoints = 1, serverPort = 8080 } = given;
  const node = (name: string, host: number, range: number, names: readonly string[]) => ({
    name,
    address: `172.20.${underlay}.${host}`,
    podRange: `10.${pods}.${range}.0/24`,
    pods: names.map((pod, i) => ({ name: pod, address: `10.${pods}.${range}.${i + 2}` })),
  });
  const far = Array.from({ length: endpoints }, (_, i) => `e${i}`);
  const { overlays } = PACKET_LAB;
  return {
    ...PACKET_LAB,
    underlay: `172.20.${underlay}.0/24`,
    nodes: [node("n1", 21, 1, ["a1"]), node("n2", 22, 2, far)],
    client: { name: "cl", addresses: [`172.20.${underlay}.99`, `172.20.${underlay}.1`] },
    defaultRouter: `172.20.${underlay}.1`,
    podRange: `10.${pods}.0.0/16`,
    serviceRange: "10.99.0.0/16",
    serverPorts: { ...PACKET_LAB.serverPorts, tcp: serverPort },
    overlays: { ...overlays, vxlan: { ...overlays.vxlan, mtu: overlayMtu } },
  };
}

export function serviceOf(
  plan: LabPlan,
  clusterIP: string,
  nodePort?: number,
  port: number = 80,
): LabService {
  const endpoints = plan.nodes[1]?.pods.map(({ name }) => name) ?? [];
  return {
    name: "web",
    clusterIP,
    endpoints,
    ports: { tcp: port, udp: 53 },
    ...(nodePort === undefined ? {} : { nodePorts: { tcp: nodePort, udp: nodePort + 100 } }),
  };
}

/** So many requests from pod a1 to the Service. */
export function asking(count: number, text = "hello"): Situation {
  return {
    id: "asking",
    about: "A pod asks a Service of the other node.",
    *play(lab: Lab) {
      const address = clusterIP(lab, "web");
      for (let i = 0; i < count; i++) {
        const target = { from: "a1", address, port: lab.service("web").ports?.tcp ?? 80 };
        const answer = yield* tcpExchange(lab, target, { text });
        lab.note("answer", answer.text);
      }
    },
  };
}

export function seenAt(lab: Lab, name: string): readonly Sighting[] {
  return lab.sightings.filter((sighting) => sighting.interface === name);
}
