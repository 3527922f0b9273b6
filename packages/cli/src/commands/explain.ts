import {
  type ConnectionExplanation,
  ConnectionQuestionError,
  explainConnection,
  parseConnectionQuestion,
  prepareInput,
  type TrafficTrace,
  traceMoment,
} from "@k8s-netsim/k8s-model/scenario";
import { DEFAULT_ROUND_TRIP_TIMES } from "@k8s-netsim/k8s-model/topology";
import { trafficDefaults } from "@k8s-netsim/k8s-model/traffic";
import { type CommandSpec, type Invocation, textOf, textsOf } from "../command-line/option.ts";
import { printable } from "../command-line/printable.ts";
import { showDiagnostics } from "../output/diagnostics.ts";
import { explanationJson, explanationText } from "../output/explanation.ts";
import { traceText } from "../output/trace.ts";
import { fault } from "./fault-option.ts";
import { inputRequest } from "./input-request.ts";
import { providerPrices, timeSpan } from "./option-values.ts";
import { PACKET_OPTIONS, packetOptions } from "./packet-options.ts";
import { INPUT_OPTIONS } from "./what-if-options.ts";

/** `k8s-netsim explain`. */
export const explain: CommandSpec = {
  name: "explain",
  summary: "take one routing decision apart, step by step",
  usage: "k8s-netsim explain '[NS/]pod/A -> [NS/]svc/B:PORT' -f FILE|DIR… [OPTIONS]",
  description:
    "Shows what the proxy on a pod's node does with a new connection to a Service: the view it acts on, every endpoint it knows, the rule that kept or dropped each, and the way to those that are left with latency, bytes and price. The beginning of a pod's name is enough.",
  groups: [
    INPUT_OPTIONS,
    {
      title: "The moment",
      options: [
        {
          name: "set",
          kind: "texts",
          value: "[NAMESPACE/]KIND/NAME:path=value",
          description: "A change that is made once the cluster is at rest.",
        },
        {
          name: "changed",
          kind: "texts",
          value: "FILE|DIR",
          description: "Manifests as they are after the change.",
        },
        {
          name: "fault",
          kind: "texts",
          value: "zone=Z@T[-T]|node=N@T[-T]",
          description: "A zone or node that goes down; times count from the change.",
        },
        {
          name: "at",
          kind: "text",
          value: "T",
          description:
            "Time of the question, counted from the change: proxies may not have heard of it yet. Without it everything is at rest.",
        },
        {
          name: "from",
          kind: "text",
          value: "node/N",
          description: "Decide on this node in place of the pod's own.",
        },
        {
          name: "replicas",
          kind: "text",
          value: "N",
          description: "Replicas of every Deployment and StatefulSet that may be scaled.",
        },
        {
          name: "provider",
          kind: "text",
          value: "aws|gcp|azure",
          description: "Whose prices between zones.",
          default: "from the nodes, else aws",
        },
      ],
    },
    {
      title: "Output",
      options: [
        { name: "json", kind: "flag", description: "Print the explanation as JSON." },
        {
          name: "packet",
          kind: "flag",
          description:
            "Print the way of the connection's first packet at that moment, too: interfaces, rules that matched and why others did not, translation, encapsulation, tracked connections.",
        },
      ],
    },
    {
      title: "The packet",
      options: [
        ...PACKET_OPTIONS,
        {
          name: "outside",
          kind: "flag",
          description: "It comes from a client outside of the cluster, not from the pod.",
        },
      ],
    },
  ],
  examples: [
    "k8s-netsim explain 'shop/pod/storefront -> svc/basket:9090' -f shop/",
    "k8s-netsim explain 'pod/web -> svc/shop:80' -f app.yaml --packet --outside --address node-port --network vxlan",
    "k8s-netsim explain 'pod/web -> svc/cart:7070' -f app.yaml --zones 3 --set 'Service/cart:spec.trafficDistribution=PreferSameZone' --at 200ms",
  ],
  run: async (invocation) => {
    const { text, rest } = questionOf(invocation);
    const input = prepareInput(inputRequest({ ...invocation, positionals: rest }));
    if (showDiagnostics(input.diagnostics)) return 2;
    const at = textOf(invocation, "at");
    const node = nodeOf(invocation);
    const sizes = { ...trafficDefaults, ...input.traffic.before.defaults };
    const question = parseConnectionQuestion(text, textOf(invocation, "namespace"));
    const moment = {
      objects: input.before.objects,
      faults: textsOf(invocation, "fault").map(fault),
      kubernetesVersion: input.kubernetesVersion.value,
      ...(input.changes.length === 0 ? {} : { changed: input.after.objects }),
      ...(at === undefined ? {} : { atNs: timeSpan("at", at) }),
    };
    const explanation = explainConnection(question, {
      ...moment,
      roundTripTimes: DEFAULT_ROUND_TRIP_TIMES,
      prices: providerPrices(
        textOf(invocation, "provider") ?? input.facts.provider?.value ?? "aws",
      ),
      requestBytes: sizes.requestBytes,
      responseBytes: sizes.responseBytes,
      ...(node === undefined ? {} : { fromNode: node }),
    });
    const traced = invocation.flags.has("packet")
      ? packetOf(invocation, moment, { ...explanation, service: question.service })
      : undefined;
    if (invocation.flags.has("json")) {
      process.stdout.write(explanationJson(explanation, traced?.connections[0]));
      return 0;
    }
    process.stdout.write(printable(explanationText(explanation, sizes)));
    if (traced === undefined) return 0;
    process.stdout.write(`\n${printable(traceText(traced))}`);
    if (node !== undefined) {
      process.stdout.write(printable(`The packet leaves from the pod's own node, not ${node}.\n`));
    }
    return 0;
  },
};

/** The packet of the connection that is explained, at the same moment. */
function packetOf(
  invocation: Invocation,
  moment: Parameters<typeof traceMoment>[2],
  { pod, route, service }: ConnectionExplanation & { readonly service: string },
): TrafficTrace {
  const { mode = "iptables", ...how } = packetOptions(invocation);
  const from = invocation.flags.has("outside") ? undefined : pod;
  const to = { service, port: route.port.number };
  const { kubernetesVersion } = moment;
  return traceMoment(from, to, moment, { ...how, mode, seed: "1", kubernetesVersion });
}

function questionOf(invocation: Invocation): {
  readonly text: string;
  readonly rest: readonly string[];
} {
  const text = invocation.positionals.find((word) => word.includes("->") || word.includes("→"));
  if (text !== undefined) {
    return { text, rest: invocation.positionals.filter((word) => word !== text) };
  }
  throw new ConnectionQuestionError(
    "no-question",
    "No connection is named.",
    "write it in quotes, such as 'shop/pod/storefront -> svc/basket:9090'.",
  );
}

function nodeOf(invocation: Invocation): string | undefined {
  return textOf(invocation, "from")?.replace(/^nodes?\//, "");
}
