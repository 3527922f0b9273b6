import { type ProxyMode, playSituation, SITUATIONS } from "@k8s-netsim/k8s-model/data-plane";
import { compareObservations } from "../captures/compare-observations.ts";
import { modelled } from "../captures/modelled.ts";
import type { Observation } from "../captures/observation.ts";
import { type RecordedScenario, recorded } from "../captures/recorded.ts";
import { judge, notComparable, type SplitRecord, type Suite } from "../suite.ts";

interface CaptureFile {
  readonly mode: string;
  readonly scenarios: readonly RecordedScenario[];
}

interface Input {
  readonly recordedMode: string;
  readonly mode: ProxyMode;
  readonly scenario: RecordedScenario;
}

/** With chance, so many runs: some choice of endpoints is found in one of them. */
const RUNS_WITH_CHANCE = 6;
const SITUATIONS_PER_MODE = 72;
const SITUATIONS_THAT_AGREE = 60;

/** Why some recorded runs differ: matters of their timing, not of rules. The files may differ, too. */
const KNOWN_REASONS: Readonly<Record<string, string>> = {
  "change-endpoint-terminating iptables-nft":
    "the second request came 37 ms after the first, within the delay of acknowledgments; elsewhere 44 ms and more",
  "np-local-with-endpoint iptables-nft":
    "the server closed late: the next datagram overtook the end of the connection before it",
  "np-local-with-endpoint nftables":
    "the server closed late: the next datagram overtook the end of the connection before it",
  "np-cluster-local-vxlan nftables":
    "the server closed late: the next datagram overtook the end of the connection before it",
};

export const captures: Suite<Input> = {
  name: "captures",
  about: "every packet of a situation at every interface, connection tracking, what the client saw",
  allowance: 1 - SITUATIONS_THAT_AGREE / SITUATIONS_PER_MODE,
  split,
  wholeRecord: true,
  run({ mode, recordedMode, scenario }) {
    const situation = SITUATIONS.find(({ id }) => id === scenario.scenario);
    if (situation === undefined) return notComparable("the model has no situation of that name");
    const { chance = false, rounds = false } = situation;
    const played = Array.from({ length: chance ? RUNS_WITH_CHANCE : 1 }, (_, i) => {
      return playSituation(situation, { seed: `captures-${i}`, mode });
    });
    const seen = recorded(scenario);
    const model = played.map((lab) => modelled(lab, situation));
    const [first] = model;
    const roles = {
      recorded: healthPort(seen),
      modelled: first === undefined ? new Map() : healthPort(first),
    };
    const differences = compareObservations(seen, model, { chance, rounds, roles });
    const reason = KNOWN_REASONS[`${scenario.scenario} ${recordedMode}`];
    return judge(
      differences.length === 0 || reason === undefined
        ? differences
        : [`(${reason}) ${differences[0]}`, ...differences.slice(1)],
    );
  },
};

/** Whole capture files, or one a line. */
function split(file: string): readonly SplitRecord[] | undefined {
  const files = parsed(file) ?? file.split("\n").flatMap((line) => parsed(line) ?? []);
  return files.flatMap(({ mode, scenarios }) =>
    scenarios.map((scenario) => ({
      id: `${scenario.scenario} (${mode})`,
      input: {
        mode: mode.startsWith("iptables") ? "iptables" : "nftables",
        scenario,
        recordedMode: mode,
      },
    })),
  );
}

function parsed(text: string): readonly CaptureFile[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isFile = typeof value === "object" && value !== null && "scenarios" in value;
    return isFile ? [value as CaptureFile] : [];
  } catch {
    return undefined;
  }
}

/** The API server gives health check node ports at random: the port that answered with HTTP. */
function healthPort({ notes, packets }: Observation): ReadonlyMap<number, string> {
  const answered = notes.some(([, result]) => Array.isArray(result) && result[0] === 200);
  const port = packets[0]?.destinationPort;
  return answered && typeof port === "number" ? new Map([[port, "health"]]) : new Map();
}
