import {
  whatIf as askWhatIf,
  backCheck,
  checkExpectation,
  type Expectation,
  type FaultDefinition,
  type PreparedInput,
  parseExpectation,
  prepareInput,
  type RunSettings,
  TIMELINE_BIN_NS,
} from "@k8s-netsim/k8s-model/scenario";
import { renderTraffic } from "@k8s-netsim/k8s-model/traffic";
import { type SimTime, seconds } from "@k8s-netsim/sim-core";
import { type CommandSpec, type Invocation, textOf, textsOf } from "../command-line/option.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { anonymised } from "../output/anonymised.ts";
import { checkDelivery, deliver } from "../output/deliver.ts";
import { showDiagnostics } from "../output/diagnostics.ts";
import { type Progress, terminalProgress } from "../output/progress.ts";
import { writeFile } from "../output/write-files.ts";
import type { TimelineMarks } from "../results/charts.ts";
import { whatIfResult } from "../results/what-if-result.ts";
import { backCheckOption } from "./back-check-option.ts";
import { fault, faultMarks } from "./fault-option.ts";
import { inputRequest } from "./input-request.ts";
import { positiveTimeSpan, timeSpan, wholeNumber } from "./option-values.ts";
import { priceOption } from "./price-option.ts";
import { WAY_OPTIONS, waysOption } from "./way-options.ts";
import {
  BACK_CHECK_OPTIONS,
  CHANGE_OPTIONS,
  INPUT_OPTIONS,
  OUTPUT_OPTIONS,
  RUN_OPTIONS,
  TRAFFIC_OPTIONS,
} from "./what-if-options.ts";

/** `k8s-netsim what-if`. */
export const whatIf: CommandSpec = {
  name: "what-if",
  summary: "compare the input as it is with the input as changed",
  usage: "k8s-netsim what-if -f FILE|DIR… [--set … | --changed …] [OPTIONS]",
  description:
    "Simulates the cluster as it is and as changed, with the same requests, and reports the difference with its interval: bytes and money that cross zones, latency, failures and load, for each Service and in all; why, and what would mend it.",
  groups: [
    INPUT_OPTIONS,
    CHANGE_OPTIONS,
    TRAFFIC_OPTIONS,
    BACK_CHECK_OPTIONS,
    WAY_OPTIONS,
    RUN_OPTIONS,
    OUTPUT_OPTIONS,
  ],
  examples: [
    "k8s-netsim what-if -f shop/ --set 'Service/*:spec.trafficDistribution=PreferSameZone'",
    "kubectl get nodes,pods,services,endpointslices,deployments -A -o json | k8s-netsim what-if -f - --changed new/ --out report",
    "k8s-netsim what-if -f shop/ --fault zone=zone-a@30s --expect 'failedShare<1%'",
  ],
  run: async (invocation) => {
    checkDelivery(invocation);
    const input = prepareInput(inputRequest(invocation));
    if (showDiagnostics(input.diagnostics)) return 2;
    const sizes = runSizes(invocation);
    const change = changeTiming(invocation);
    const prices = priceOption(invocation, input);
    if (prices === "broken") return 2;
    const settings: RunSettings = {
      ...sizes,
      seed: textOf(invocation, "seed") ?? "1",
      ...waysOption(invocation),
      prices,
      check: invocation.flags.has("check"),
    };
    const expectations = expectationsOf(invocation, input);
    const asked = backCheckOption(invocation, input);
    if (asked === "broken") return 2;
    if (asked !== undefined) checkIsToday(change, input);
    saveTraffic(invocation, input);
    const progress = terminalProgress();
    const answer = askWhatIf({
      before: input.before,
      after: input.after,
      settings,
      kubernetesVersion: input.kubernetesVersion.value,
      limits: input.limits,
      expectations,
      faults: change.faults,
      faultsAreTheChange: input.changes.length === 0,
      ...(change.applyAtNs === undefined ? {} : { applyAtNs: change.applyAtNs }),
      onProgress: reporter(progress),
    });
    progress.finish();
    const result = whatIfResult({
      input,
      answer,
      command: invocation.typed,
      seed: settings.seed,
      quick: invocation.flags.has("quick"),
      replications: settings.replications,
      warmUpSeconds: settings.warmUpNs / 1e9,
      lengthSeconds: settings.lengthNs / 1e9,
      prices,
      timeline: timelineMarks(change),
      ...(asked === undefined
        ? {}
        : {
            backCheck: {
              fails: asked.fails,
              checked: backCheck(answer, asked.numbers, {
                misfit: asked.misfit,
                windowSeconds: settings.lengthNs / 1e9,
              }),
            },
          }),
    });
    return deliver(
      invocation.flags.has("anonymise") ? anonymised(result, input, filesOf(invocation)) : result,
      invocation,
    );
  },
};

const FULL_SIZE = { replications: 10, warmUpNs: seconds(10), lengthNs: seconds(60) };
const QUICK_SIZE = { replications: 5, warmUpNs: seconds(2), lengthNs: seconds(10) };

function runSizes(
  invocation: Invocation,
): Pick<RunSettings, "replications" | "warmUpNs" | "lengthNs"> {
  const size = invocation.flags.has("quick") ? QUICK_SIZE : FULL_SIZE;
  const replications = textOf(invocation, "replications");
  const length = textOf(invocation, "length");
  const warmUp = textOf(invocation, "warm-up");
  return {
    replications:
      replications === undefined ? size.replications : wholeNumber("replications", replications, 1),
    lengthNs: length === undefined ? size.lengthNs : positiveTimeSpan("length", length),
    warmUpNs: warmUp === undefined ? size.warmUpNs : timeSpan("warm-up", warmUp),
  };
}

/** The claims, each about something that the input has. */
function expectationsOf(invocation: Invocation, input: PreparedInput): readonly Expectation[] {
  const expectations = textsOf(invocation, "expect").map(parseExpectation);
  const objects = [...input.before.objects, ...input.after.objects];
  const services = new Set(
    objects
      .filter(({ kind }) => kind === "Service")
      .map(({ metadata }) => `${metadata.namespace ?? "default"}/${metadata.name}`),
  );
  const { moneyIsGiven } = input.traffic;
  for (const each of expectations) checkExpectation(each, { services, moneyIsGiven });
  return expectations;
}

/** Files and folders that the command line names. */
function filesOf(invocation: Invocation): readonly string[] {
  const options = ["filename", "cluster", "changed", "traffic", "observed"];
  return [
    ...invocation.positionals,
    ...options.flatMap((option) => textsOf(invocation, option)),
    // A provider's name is no file.
    ...textsOf(invocation, "prices").filter((text) => !/^[a-z]+(@.*)?$/.test(text)),
  ];
}

/** Observed numbers are of a cluster in which nothing is broken. */
function checkIsToday({ faults }: ChangeTiming, { changes }: PreparedInput): void {
  if (faults.length === 0 || changes.length === 0) return;
  throw new UsageError(
    "bad-command-line",
    "--observed is compared with the cluster as it is, and with a change given --fault strikes that, too.",
    "leave out --fault for the back-check; or the change, and the fault strikes the other side alone.",
  );
}

interface ChangeTiming {
  readonly applyAtNs: SimTime | undefined;
  readonly faults: readonly FaultDefinition[];
}

function changeTiming(invocation: Invocation): ChangeTiming {
  const applyAt = textOf(invocation, "apply-at");
  return {
    applyAtNs: applyAt === undefined ? undefined : timeSpan("apply-at", applyAt),
    faults: textsOf(invocation, "fault").map(fault),
  };
}

function timelineMarks({ applyAtNs, faults }: ChangeTiming): TimelineMarks | undefined {
  if (applyAtNs === undefined && faults.length === 0) return undefined;
  return {
    binSeconds: TIMELINE_BIN_NS / 1e9,
    changeAtSeconds: applyAtNs === undefined ? null : applyAtNs / 1e9,
    marks: faults.flatMap(faultMarks),
  };
}

function reporter(progress: Progress): (done: number, total: number, doing: string) => void {
  return (done, total, doing) => progress.update(done, total, doing);
}

function saveTraffic(invocation: Invocation, input: PreparedInput): void {
  const file = textOf(invocation, "save-traffic");
  if (file !== undefined) writeFile(file, renderTraffic(input.traffic.before));
}
