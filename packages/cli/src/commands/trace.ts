import { writeFileSync } from "node:fs";
import {
  InvalidTrace,
  type ParameterValue,
  prepareInput,
  type TraceOptions,
  type TrafficTrace,
  traceScenario,
  traceTraffic,
} from "@k8s-netsim/k8s-model/scenario";
import { renderPcapng } from "@k8s-netsim/reports";
import { type CommandSpec, type Invocation, textOf, textsOf } from "../command-line/option.ts";
import { printable } from "../command-line/printable.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { showDiagnostics } from "../output/diagnostics.ts";
import { traceText } from "../output/trace.ts";
import { VERSION } from "../version.ts";
import { inputRequest } from "./input-request.ts";
import { loadScenario } from "./scenario-files.ts";
import { selectInterfaces } from "./trace-interfaces.ts";
import { INPUT_OPTIONS } from "./what-if-options.ts";

const MODES = ["iptables", "nftables", "ebpf"] as const;
const NETWORKS = ["routed", "vxlan", "geneve", "ipip", "wireguard"] as const;

/** `k8s-netsim trace`. */
export const trace: CommandSpec = {
  name: "trace",
  summary: "capture one connection of each kind of traffic, packet by packet",
  usage: "k8s-netsim trace SCENARIO|-f FILE|DIR… [--pcap FILE] [OPTIONS]",
  description:
    "Takes the cluster of a scenario or of manifests at rest and sends one connection of each kind of its traffic through the packet lab: kube-proxy's rules, connection tracking, translation, encapsulation. Prints the way of each connection's first packet and the rules that decided it; --pcap writes every packet for Wireshark.",
  groups: [
    INPUT_OPTIONS,
    {
      title: "Capture",
      options: [
        { name: "pcap", kind: "text", value: "FILE", description: "Write a pcapng file." },
        {
          name: "interface",
          kind: "texts",
          value: "pod|node|overlay|NAME",
          description:
            "Capture there only: the pods' ends, the nodes' network cards, the overlay devices, or one interface (NODE:eth0).",
          default: "everywhere",
        },
        {
          name: "proxy",
          kind: "text",
          value: MODES.join("|"),
          description:
            "What balances connections: kube-proxy's rules, or eBPF in the sockets of pods.",
          default: "the scenario's, else iptables",
        },
        {
          name: "network",
          kind: "text",
          value: NETWORKS.join("|"),
          description: "How packets get from node to node.",
          default: "routed",
        },
        {
          name: "param",
          kind: "texts",
          value: "NAME=VALUE",
          description: "A parameter of the scenario; the first of its values where absent.",
        },
        { name: "quick", kind: "flag", description: "Taken as with run; a trace is as short." },
        {
          name: "seed",
          kind: "text",
          value: "TEXT",
          description: "Same seed, same bytes.",
          default: "1",
        },
        {
          name: "replicas",
          kind: "text",
          value: "N",
          description: "Replicas of every Deployment and StatefulSet that may be scaled.",
        },
        {
          name: "set",
          kind: "texts",
          value: "[NAMESPACE/]KIND/NAME:path=value",
          description: "A change of the manifests; what is traced is the state after it.",
        },
      ],
    },
  ],
  examples: [
    "k8s-netsim trace zone-aware-routing --pcap out.pcapng --interface node --network vxlan",
    "k8s-netsim trace -f shop/ --proxy nftables",
  ],
  run: async (invocation) => {
    const traced = await traceOf(invocation);
    if (traced === undefined) return 2;
    process.stdout.write(printable(traceText(traced)));
    const file = textOf(invocation, "pcap");
    if (file !== undefined) write(file, traced, textsOf(invocation, "interface"));
    return 0;
  },
};

interface GivenOptions extends Omit<TraceOptions, "kubernetesVersion" | "mode"> {
  readonly mode?: TraceOptions["mode"] | undefined;
}

async function traceOf(invocation: Invocation): Promise<TrafficTrace | undefined> {
  const options = {
    seed: textOf(invocation, "seed") ?? "1",
    mode: invocation.values.has("proxy") ? oneOf(invocation, "proxy", MODES) : undefined,
    network: oneOf(invocation, "network", NETWORKS),
  };
  const [name, ...more] = invocation.positionals;
  const files = textsOf(invocation, "filename");
  if (files.length > 0 || name === undefined) return traceInput(invocation, options);
  if (more.length > 0) {
    throw new UsageError(
      "bad-command-line",
      `One scenario is traced at a time, not ${1 + more.length}.`,
      "name manifests with -f.",
    );
  }
  const scenario = await loadScenario(name);
  if (scenario.kind === "study") {
    throw new InvalidTrace(
      "no-traffic",
      `"${name}" is a study: it has no cluster with traffic.`,
      "trace a scenario, or manifests with -f.",
    );
  }
  const { vary } = scenario.definition;
  return traceScenario(scenario, parametersOf(invocation, vary), options);
}

function traceInput(
  invocation: Invocation,
  { mode = "iptables", ...options }: GivenOptions,
): TrafficTrace | undefined {
  const input = prepareInput(inputRequest(invocation));
  if (showDiagnostics(input.diagnostics)) return undefined;
  const kubernetesVersion = input.kubernetesVersion.value;
  return traceTraffic(input.after.objects, input.traffic.after, {
    ...options,
    mode,
    kubernetesVersion,
  });
}

function parametersOf(
  invocation: Invocation,
  vary: Readonly<Record<string, readonly ParameterValue[]>>,
): ReadonlyMap<string, ParameterValue> {
  const given = textsOf(invocation, "param").map((text) => {
    const at = text.indexOf("=");
    const name = text.slice(0, Math.max(at, 0));
    if (!Object.hasOwn(vary, name)) {
      throw new UsageError(
        "unknown-parameter",
        `--param ${text}: the scenario has no such parameter.`,
        `write NAME=VALUE with one of ${Object.keys(vary).join(", ")}.`,
      );
    }
    return [name, valueLike(vary[name]?.[0], text.slice(at + 1))] as const;
  });
  return new Map(given);
}

/** A value of the type that the scenario's own values have. */
function valueLike(sample: ParameterValue | undefined, text: string): ParameterValue {
  if (typeof sample === "boolean") return text === "true";
  return typeof sample === "number" ? Number(text) : text;
}

function oneOf<T extends string>(
  invocation: Invocation,
  name: string,
  values: readonly [T, ...T[]],
): T {
  const text = textOf(invocation, name) ?? values[0];
  const found = values.find((value) => value === text);
  if (found !== undefined) return found;
  throw new UsageError(
    "bad-option-value",
    `--${name} ${text}: not known.`,
    `use one of ${values.join(", ")}.`,
  );
}

function write(file: string, { capture }: TrafficTrace, wanted: readonly string[]): void {
  const selected = selectInterfaces(capture, wanted);
  const bytes = renderPcapng({ application: `k8s-netsim ${VERSION}`, ...selected });
  try {
    writeFileSync(file, bytes);
  } catch (error) {
    throw new UsageError(
      "unwritable-output",
      `${file} cannot be written: ${(error as NodeJS.ErrnoException).code}.`,
      "name a file in a folder that exists and is yours.",
    );
  }
  process.stdout.write(
    printable(
      `${selected.frames.length} packets at ${selected.interfaces.length} interfaces written to ${file}\n`,
    ),
  );
}
