import {
  InvalidTrace,
  type ParameterValue,
  prepareInput,
  type TracedQuestion,
  type TraceOptions,
  type TrafficTrace,
  traceScenario,
  traceWhatIf,
} from "@k8s-netsim/k8s-model/scenario";
import { DEFAULT_ROUND_TRIP_TIMES } from "@k8s-netsim/k8s-model/topology";
import { renderPcapng } from "@k8s-netsim/reports";
import { seconds } from "@k8s-netsim/sim-core";
import { type CommandSpec, type Invocation, textOf, textsOf } from "../command-line/option.ts";
import { printable } from "../command-line/printable.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { showDiagnostics } from "../output/diagnostics.ts";
import { traceText } from "../output/trace.ts";
import { checkFile, writeFile } from "../output/write-files.ts";
import { VERSION } from "../version.ts";
import { fault } from "./fault-option.ts";
import { inputRequest } from "./input-request.ts";
import { positiveTimeSpan, providerPrices, timeSpan } from "./option-values.ts";
import { PACKET_OPTIONS, packetOptions } from "./packet-options.ts";
import { loadScenario } from "./scenario-files.ts";
import { selectInterfaces } from "./trace-interfaces.ts";
import { CHANGE_OPTIONS, INPUT_OPTIONS } from "./what-if-options.ts";

/** `k8s-netsim trace`. */
export const trace: CommandSpec = {
  name: "trace",
  summary: "capture connections of each kind of traffic, packet by packet",
  usage: "k8s-netsim trace SCENARIO|-f FILE|DIR… [--pcap FILE] [OPTIONS]",
  description:
    "Sends the traffic of a scenario or of manifests through the packet lab: kube-proxy's rules, connection tracking, translation, encapsulation. At rest that is one connection of each kind. Where the scenario has faults or changes, or with --fault or --apply-at, clients try all along, and what is captured is what failed, with the stale view that made it so, beside what was answered. Prints the way of each connection's first packet and the rules that decided it; --pcap writes every packet for Wireshark.",
  groups: [
    INPUT_OPTIONS,
    CHANGE_OPTIONS,
    {
      title: "Capture",
      options: [
        { name: "pcap", kind: "text", value: "FILE", description: "Write a pcapng file." },
        {
          name: "interface",
          kind: "texts",
          value: "pod|node|overlay|client|NAME|all",
          description:
            "Where to capture: at the pods' ends, the nodes' network cards, the overlay devices, the client outside, one interface (NODE:eth0). A packet that passes several of them is in the file once; with all it is there as often as it was seen, which Wireshark takes for retransmissions.",
          default: "pod and client",
        },
        ...PACKET_OPTIONS,
        {
          name: "at-rest",
          kind: "flag",
          description: "One connection of each kind, whatever would happen in the scenario.",
        },
      ],
    },
    {
      title: "The run",
      options: [
        {
          name: "param",
          kind: "texts",
          value: "NAME=VALUE",
          description: "A parameter of the scenario; the first of its values where absent.",
        },
        { name: "quick", kind: "flag", description: "The scenario's quick size, or 10 s." },
        {
          name: "length",
          kind: "text",
          value: "TIME",
          description: "Traced time of a run with manifests.",
          default: "60s",
        },
        {
          name: "warm-up",
          kind: "text",
          value: "TIME",
          description: "Time before it, in a run with manifests.",
          default: "2s",
        },
        {
          name: "seed",
          kind: "text",
          value: "TEXT",
          description: "Same seed, same bytes.",
          default: "1",
        },
      ],
    },
  ],
  examples: [
    "k8s-netsim trace zone-aware-routing --pcap out.pcapng --interface node --network vxlan",
    "k8s-netsim trace rolling-update-errors --quick --pcap errors.pcapng --interface pod",
    "k8s-netsim trace -f shop/ --proxy nftables --fault zone=a@5s --length 30s",
  ],
  run: async (invocation) => {
    const file = textOf(invocation, "pcap");
    if (file !== undefined) checkFile(file);
    const traced = await traceOf(invocation);
    if (traced === undefined) return 2;
    process.stdout.write(printable(traceText(traced)));
    if (file !== undefined) write(file, traced, textsOf(invocation, "interface"));
    return 0;
  },
};

async function traceOf(invocation: Invocation): Promise<TrafficTrace | undefined> {
  const { mode, ...options } = packetOptions(invocation);
  const seeded = { ...options, seed: textOf(invocation, "seed") ?? "1" };
  const [name, ...more] = invocation.positionals;
  const files = textsOf(invocation, "filename");
  if (files.length > 0 || name === undefined) {
    return traceInput(invocation, { ...seeded, mode: mode ?? "iptables" });
  }
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
  for (const option of ["fault", "apply-at", "set", "changed", "replicas"]) {
    if (!invocation.values.has(option)) continue;
    throw new UsageError(
      "bad-command-line",
      `--${option} is for manifests; a scenario has its own faults and changes.`,
      "use --param for the scenario's parameters, or name manifests with -f.",
    );
  }
  return traceScenario(scenario, parametersOf(invocation, scenario.definition.vary), {
    ...seeded,
    mode,
    quick: invocation.flags.has("quick"),
    atRest: invocation.flags.has("at-rest"),
  });
}

function traceInput(
  invocation: Invocation,
  options: Omit<TraceOptions, "kubernetesVersion">,
): TrafficTrace | undefined {
  const input = prepareInput(inputRequest(invocation));
  if (showDiagnostics(input.diagnostics)) return undefined;
  const applyAt = textOf(invocation, "apply-at");
  const atRest = invocation.flags.has("at-rest");
  const length = textOf(invocation, "length");
  const warmUp = textOf(invocation, "warm-up");
  const usual = invocation.flags.has("quick") ? QUICK_LENGTH_NS : LENGTH_NS;
  const question: TracedQuestion = {
    before: input.before,
    after: { ...input.after, traffic: input.traffic.after },
    faults: atRest ? [] : textsOf(invocation, "fault").map(fault),
    settings: {
      seed: options.seed,
      replications: 1,
      warmUpNs: warmUp === undefined ? WARM_UP_NS : timeSpan("warm-up", warmUp),
      lengthNs: length === undefined ? usual : positiveTimeSpan("length", length),
      roundTripTimes: DEFAULT_ROUND_TRIP_TIMES,
      prices: providerPrices(input.facts.provider?.value ?? "aws"),
    },
    ...(applyAt === undefined || atRest ? {} : { applyAtNs: timeSpan("apply-at", applyAt) }),
  };
  return traceWhatIf(question, { ...options, kubernetesVersion: input.kubernetesVersion.value });
}

const WARM_UP_NS = seconds(2);
const LENGTH_NS = seconds(60);
const QUICK_LENGTH_NS = seconds(10);

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

function write(file: string, { capture }: TrafficTrace, wanted: readonly string[]): void {
  const selected = selectInterfaces(capture, wanted);
  const bytes = renderPcapng({ application: `k8s-netsim ${VERSION}`, ...selected });
  writeFile(file, bytes);
  process.stdout.write(
    printable(
      `${selected.frames.length} packets at ${selected.interfaces.length} interfaces written to ${file}\n`,
    ),
  );
}
