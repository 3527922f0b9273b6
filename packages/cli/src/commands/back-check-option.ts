import {
  type ObservedNumber,
  type PreparedInput,
  readObservedNumbers,
} from "@k8s-netsim/k8s-model/scenario";
import { type Invocation, textOf } from "../command-line/option.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { readText } from "../input/read-files.ts";
import { showDiagnostics } from "../output/diagnostics.ts";

/** What the simulation of today is to be compared with. */
export interface AskedBackCheck {
  readonly numbers: readonly ObservedNumber[];
  /** 0.2 for `--misfit 20%`. */
  readonly misfit: number;
  /** A misfit decides the exit code. */
  readonly fails: boolean;
}

const DEFAULT_MISFIT = 0.2;
const NO_ZONE = "(no zone)";

/**
 * Reads `--observed`, `--misfit` and `--fail-on-misfit`; `undefined` where no numbers are asked for,
 * "broken" where they cannot be used, which has been told.
 */
export function backCheckOption(
  invocation: Invocation,
  input: PreparedInput,
): AskedBackCheck | undefined | "broken" {
  const file = textOf(invocation, "observed");
  const fails = invocation.flags.has("fail-on-misfit");
  const misfit = textOf(invocation, "misfit");
  if (file === undefined) {
    if (!fails && misfit === undefined) return undefined;
    throw new UsageError(
      "bad-command-line",
      `--${fails ? "fail-on-misfit" : "misfit"} says nothing without observed numbers.`,
      "give them with --observed FILE.",
    );
  }
  const source = { file, text: readText(file) };
  const { numbers, diagnostics } = readObservedNumbers(source, observable(input));
  if (showDiagnostics(diagnostics)) return "broken";
  return { numbers, fails, misfit: misfit === undefined ? DEFAULT_MISFIT : shareOf(misfit) };
}

function observable({ before, traffic }: PreparedInput): Parameters<typeof readObservedNumbers>[1] {
  const { clients, calls } = traffic.before;
  const zones = before.objects
    .filter(({ kind }) => kind === "Node")
    .map(({ metadata }) => metadata.labels?.["topology.kubernetes.io/zone"] ?? NO_ZONE);
  return {
    services: new Set([...clients, ...calls].map(({ to }) => to.service)),
    zones: new Set(zones),
  };
}

/** `20%`, `20` or `0.2`. */
function shareOf(text: string): number {
  const match = /^(\d{1,4}(?:\.\d{1,6})?)\s*(%?)$/.exec(text);
  const number = Number(match?.[1] ?? Number.NaN);
  const share = match?.[2] === "%" || number > 1 ? number / 100 : number;
  if (share > 0 && share <= 10) return share;
  throw new UsageError(
    "bad-option-value",
    `--misfit ${text}: not a misfit that could be allowed.`,
    "write per cent, such as --misfit 20%.",
  );
}
