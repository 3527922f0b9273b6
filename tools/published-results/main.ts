// `npm run check:published [-- --write] [-- --facts FILE]`: published results beside simulated ones.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { factDifferences } from "./facts.ts";
import { differenceText, toleranceText, valueText } from "./in-words.ts";
import { type Outcome, reproduce } from "./judge.ts";
import { type GroupOutcome, headline, page } from "./page.ts";
import { RESULT_GROUPS } from "./results.ts";

const HELP = `Runs the model for every published result about the chain from a pod to the rules of the
nodes, and prints ours beside the published number.

  npm run check:published                    compares; also with docs/model/published-results.md
  npm run check:published -- --write         writes that page
  npm run check:published -- --facts FILE    compares our table with a collection (JSON: a list of
                                             { "id", "value" }); taken from ../shared where that is

A result fails where ours is outside its tolerance although it is said to be reproduced, or inside
although it is not. The last line counts; the exit code is 1 where anything failed.
`;

const PAGE = fileURLToPath(new URL("../../docs/model/published-results.md", import.meta.url));
const FACTS = fileURLToPath(
  new URL("../../../shared/facts/published-results.json", import.meta.url),
);

const args = process.argv.slice(2);
if (args.includes("--help") || args.includes("-h")) process.stdout.write(HELP);
else process.exitCode = check() ? 0 : 1;

function check(): boolean {
  const groups = RESULT_GROUPS.map((group): GroupOutcome => {
    print(`\n${group.title}\n`);
    const outcomes = group.results.map((result) => {
      const outcome = reproduce(result);
      print(line(outcome));
      return outcome;
    });
    return { group, outcomes };
  });
  const failures = [...pageFailures(page(groups)), ...factFailures()];
  for (const failure of failures) print(`failed: ${failure}`);
  const outcomes = groups.flatMap((one) => one.outcomes);
  const passed = outcomes.filter((one) => one.passed).length;
  const failed = outcomes.length - passed + failures.length;
  print(`\n${headline(groups)}\n${passed} passed, ${failed} failed`);
  return failed === 0;
}

function line(outcome: Outcome): string {
  const { result, ours, verdict } = outcome;
  const { id, unit, published, tolerance } = result;
  const beside =
    ours === undefined
      ? `published ${valueText(published, unit)}`
      : `ours ${valueText(ours, unit)}, published ${valueText(published, unit)}, difference ${differenceText(outcome)} (${toleranceText(tolerance)})`;
  return `${verdict.padEnd(14)}  ${id.padEnd(40)}  ${beside}`;
}

function pageFailures(text: string): readonly string[] {
  if (args.includes("--write")) {
    writeFileSync(PAGE, text);
    return [];
  }
  const isSame = existsSync(PAGE) && readFileSync(PAGE, "utf8") === text;
  return isSame ? [] : ["docs/model/published-results.md is not what this run gives: --write it"];
}

function factFailures(): readonly string[] {
  const at = args.indexOf("--facts");
  const file = at < 0 ? FACTS : (args[at + 1] ?? "");
  if (at < 0 && !existsSync(file)) return [];
  return factDifferences(
    file,
    RESULT_GROUPS.flatMap(({ results }) => results),
  );
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
