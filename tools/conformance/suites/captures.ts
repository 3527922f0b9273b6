import { type ProxyMode, playSituation, SITUATIONS } from "@k8s-netsim/k8s-model/data-plane";
import { compareObservations } from "../captures/compare-observations.ts";
import { modelled } from "../captures/modelled.ts";
import type { Observation } from "../captures/observation.ts";
import { COLUMNS, type RecordedScenario, recorded, shapeProblem } from "../captures/recorded.ts";
import { judge, notComparable, type SplitRecord, type Suite } from "../suite.ts";

interface CaptureFile {
  readonly mode: string;
  readonly columns?: readonly string[];
  readonly scenarios: readonly RecordedScenario[];
}

interface Input {
  readonly recordedMode: string;
  readonly mode: ProxyMode | undefined;
  readonly columns: readonly string[];
  readonly scenario: RecordedScenario;
}

const MODES: readonly ProxyMode[] = ["iptables", "nftables"];
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
  fields: ["mode", "scenarios"],
  run({ mode, recordedMode, scenario, columns }) {
    if (mode === undefined) return notComparable(`there are no rules of mode ${recordedMode}`);
    const problem = shapeProblem(scenario, columns);
    if (problem !== undefined) return judge([`not a capture: ${problem}`]);
    const situation = SITUATIONS.find(({ id }) => id === scenario.scenario);
    if (situation === undefined) return notComparable("the model has no situation of that name");
    const { chance = false, rounds = false } = situation;
    const played = Array.from({ length: chance ? RUNS_WITH_CHANCE : 1 }, (_, i) => {
      return playSituation(situation, { seed: `captures-${i}`, mode });
    });
    const seen = recorded(scenario, columns);
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

/** Whole capture files, or one a line; undefined where something else is among them. */
function split(file: string): readonly SplitRecord[] | undefined {
  const whole = parsed(file);
  const files = whole === undefined ? file.split("\n").filter(isNotBlank).map(parsed) : [whole];
  const found = files.filter((one) => one !== undefined);
  if (found.length < files.length || found.length === 0) return undefined;
  return found.flatMap(({ mode, columns, scenarios }) =>
    scenarios.map((scenario) => ({
      id: `${scenario.scenario} (${mode})`,
      input: {
        mode: MODES.find((one) => mode.startsWith(one)),
        scenario,
        columns: columns ?? COLUMNS,
        recordedMode: mode,
      },
    })),
  );
}

function isNotBlank(line: string): boolean {
  return line.trim() !== "";
}

function parsed(text: string): CaptureFile | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isCaptureFile(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isCaptureFile(value: unknown): value is CaptureFile {
  if (typeof value !== "object" || value === null) return false;
  const { mode, scenarios, columns } = value as Partial<Record<keyof CaptureFile, unknown>>;
  return (
    typeof mode === "string" &&
    Array.isArray(scenarios) &&
    (columns === undefined || Array.isArray(columns))
  );
}

/** The API server gives health check node ports at random: the port that answered with HTTP. */
function healthPort({ notes, packets }: Observation): ReadonlyMap<number, string> {
  const answered = notes.some(([, result]) => Array.isArray(result) && result[0] === 200);
  const port = packets[0]?.destinationPort;
  return answered && typeof port === "number" ? new Map([[port, "health"]]) : new Map();
}
