import type { Expectation, Result } from "./result.ts";
import { joined, type Markup, markup } from "./words/markup.ts";

/**
 * The expectations as JUnit XML. Met is a pass, missed a failure, undecided an *error*: the run could
 * not tell, which must not look like a pass in a CI summary (the command exits 3). Without
 * expectations there is one passing case, because an empty suite is an error to some readers.
 */
export function renderJUnit(result: Result): string {
  const count = (verdict: Expectation["verdict"]): number =>
    result.expectations.filter((expectation) => expectation.verdict === verdict).length;
  const cases = result.expectations.map((expectation) => testCase(result.title, expectation));
  const body = cases.length > 0 ? cases : [ranCase(result.title)];
  const counts = markup`tests="${body.length}" failures="${count("missed")}" errors="${count("undecided")}" skipped="0" time="0"`;
  const notes = [result.answer, ...result.warnings.map((warning) => `Warning: ${warning}`)];
  return markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="k8s-netsim" ${counts}>
  <testsuite name="${result.title}" ${counts}>
    <properties>
      <property name="command" value="${result.reproduce.command}"/>
      <property name="kubernetesVersion" value="${result.reproduce.kubernetesVersion}"/>
      <property name="seed" value="${result.reproduce.seed}"/>
    </properties>
${joined(body, "\n")}
    <system-out>${notes.join("\n")}</system-out>
  </testsuite>
</testsuites>
`.text;
}

function testCase(suite: string, { text, verdict, reason }: Expectation): Markup {
  const opening = markup`    <testcase classname="${suite}" name="${text}" time="0"`;
  switch (verdict) {
    case "met":
      return markup`${opening}/>`;
    case "missed":
      return markup`${opening}>
      <failure type="missed" message="${reason}">${reason}</failure>
    </testcase>`;
    case "undecided":
      return markup`${opening}>
      <error type="undecided" message="${reason}">${reason}</error>
    </testcase>`;
  }
}

function ranCase(suite: string): Markup {
  return markup`    <testcase classname="${suite}" name="the simulation ran" time="0"/>`;
}
