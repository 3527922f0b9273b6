import {
  backCheckReason,
  backCheckSentence,
  type BackCheck as Checked,
  type PreparedInput,
  rowInWords,
} from "@k8s-netsim/k8s-model/scenario";
import type { BackCheck, Expectation } from "@k8s-netsim/reports";
import { estimateOf } from "./estimates.ts";

const VERDICTS = { met: "met", off: "missed", unknown: "missed", undecided: "undecided" } as const;

/** A back-check as a report shows it, with what may explain a misfit. */
export function reportedBackCheck(checked: Checked, input: PreparedInput): BackCheck {
  return {
    sentence: [backCheckSentence(checked), ...explanations(checked, input)].join(" "),
    verdict: VERDICTS[checked.verdict],
    rows: checked.rows.map((row) => ({
      label: row.quantity.label,
      scope: row.scope,
      unit: row.quantity.dimension,
      observed: row.observed,
      simulated: estimateOf(row.simulated),
      ratio: row.ratio ?? null,
      verdict: VERDICTS[row.verdict],
      judged: rowInWords(row, checked.misfit),
    })),
  };
}

/** What was assumed although a number that is off depends on it. */
function explanations({ rows }: Checked, { traffic }: PreparedInput): readonly string[] {
  const isOff = (subject: string): boolean =>
    rows.some(({ quantity, verdict }) => quantity.subject === subject && verdict === "off");
  return [
    ...(isOff("clients") && traffic.before.servers.length === 0
      ? ["Service times are assumed: --save-traffic writes a file to give them in."]
      : []),
    ...((isOff("bytes") || isOff("load")) && !traffic.moneyIsGiven
      ? ["Rates or sizes are assumed: give them with --traffic."]
      : []),
  ];
}

/** The back-check as something that is expected: it decides the exit code, and is a test case. */
export function backCheckExpectation(checked: Checked): Expectation {
  const allowed = Math.round(checked.misfit * 1000) / 10;
  return {
    text: `back-check: today's numbers are met within ${allowed}%`,
    verdict: VERDICTS[checked.verdict],
    reason: backCheckReason(checked),
  };
}

/** What a reader must know before believing the answer. */
export function backCheckWarnings({ verdict }: Checked): readonly string[] {
  if (verdict !== "off") return [];
  return ["Today's numbers are not met: see the back-check before trusting what changes."];
}
