import {
  InvalidResult,
  parseResult,
  type Result,
  renderHtml,
  renderJson,
  renderJUnit,
  renderMarkdown,
  renderText,
} from "@k8s-netsim/reports";
import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { hostileResult } from "./fixtures/hostile-result.ts";
import {
  gridResult,
  sampleResult,
  studyResult,
  transientResult,
} from "./fixtures/sample-result.ts";

const small: Result = {
  ...sampleResult,
  answer: "Cross-zone traffic falls from 66.6% to 2.1%.",
  warnings: ["Sizes are assumed."],
  measures: sampleResult.measures.slice(0, 1),
  estimates: sampleResult.estimates.filter(
    ({ scope }) => scope === "all" || scope === "shop/frontend",
  ),
  findings: sampleResult.findings.slice(0, 1),
  assumptions: sampleResult.assumptions.slice(0, 2),
  billExcludes: ["NAT gateways."],
};

describe("the result file", () => {
  it.each([sampleResult, transientResult, gridResult, studyResult, hostileResult])(
    "is read back as it was written ($title)",
    (result) => {
      expect(parseResult(renderJson(result))).toEqual(result);
    },
  );

  it("names the places that are wrong", () => {
    const broken = { ...sampleResult, verdict: "maybe", warnings: [1] };
    expect(() => parseResult(JSON.stringify(broken))).toThrowErrorMatchingInlineSnapshot(`
      [InvalidResult: The result file has fields of the wrong shape:
        verdict: Invalid option: expected one of "none"|"met"|"missed"|"undecided"
        warnings.0: Invalid input: expected string, received number]
    `);
  });

  it("refuses another version, and what is no JSON, with a code of its own", () => {
    const code = (text: string): string => {
      try {
        parseResult(text);
      } catch (error) {
        if (error instanceof InvalidResult) return error.code;
      }
      return "read";
    };
    expect(code('{"schema":"k8s-netsim/result/v9"}')).toBe("result-unknown-schema");
    expect(code("[]")).toBe("result-unknown-schema");
    expect(code("{")).toBe("result-not-json");
    expect(code(JSON.stringify({ ...sampleResult, title: 1 }))).toBe("result-invalid");
  });
});

describe("JUnit XML", () => {
  it("makes met a pass, missed a failure and undecided an error", () => {
    expect(
      renderJUnit({ ...small, reproduce: { ...small.reproduce, command: "k8s-netsim" } }),
    ).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="k8s-netsim" tests="3" failures="1" errors="1" skipped="0" time="0">
        <testsuite name="what-if: Service/*:spec.trafficDistribution=PreferSameZone" tests="3" failures="1" errors="1" skipped="0" time="0">
          <properties>
            <property name="command" value="k8s-netsim"/>
            <property name="kubernetesVersion" value="1.34"/>
            <property name="seed" value="k8s-netsim"/>
          </properties>
          <testcase classname="what-if: Service/*:spec.trafficDistribution=PreferSameZone" name="crossZoneShare&lt;0.05" time="0"/>
          <testcase classname="what-if: Service/*:spec.trafficDistribution=PreferSameZone" name="Δp99&lt;=1%" time="0">
            <error type="undecided" message="The interval −1.1% … +5.9% holds 1%: more replications are needed.">The interval −1.1% … +5.9% holds 1%: more replications are needed.</error>
          </testcase>
          <testcase classname="what-if: Service/*:spec.trafficDistribution=PreferSameZone" name="busiestEndpoint&lt;1.2" time="0">
            <failure type="missed" message="The lower bound, 1.32, is not below 1.2.">The lower bound, 1.32, is not below 1.2.</failure>
          </testcase>
          <system-out>Cross-zone traffic falls from 66.6% to 2.1%.
      Warning: Sizes are assumed.</system-out>
        </testsuite>
      </testsuites>
      "
    `);
  });

  it("has one passing case where nothing was expected", () => {
    const xml = renderJUnit({ ...small, verdict: "none", expectations: [] });
    expect(xml).toContain('tests="1" failures="0" errors="0"');
    expect(xml.match(/<testcase/g)).toHaveLength(1);
  });

  it("keeps its structure with hostile names", () => {
    const xml = renderJUnit(hostileResult);
    const { document } = parseHTML(`<html><body>${xml.replace(/^<\?xml.*\?>/, "")}</body></html>`);
    const names = [...document.querySelectorAll("body *")].map(({ localName }) => localName);
    const plain = renderJUnit(transientResult).match(/<([a-z-]+)[ >]/g) ?? [];
    expect(names).toEqual(plain.map((tag) => tag.slice(1, -1)));
  });
});

describe("Markdown", () => {
  it("holds question, answer, table, reasons, assumptions, gaps and command", () => {
    expect(renderMarkdown(small)).toMatchInlineSnapshot(`
      "## what-if: Service/\\*:spec.trafficDistribution=PreferSameZone

      _What happens if every Service gets spec.trafficDistribution=PreferSameZone?_

      ❌ **Missed.** **Cross-zone traffic falls from 66.6% to 2.1%.**

      > ⚠️ Sizes are assumed.

      |  | as it is | changed | change | 95% interval | relative | assumptions ½ … 2× |
      | --- | ---: | ---: | ---: | ---: | ---: | ---: |
      | Cross-zone share of bytes | 66.6% | 2.14% | −64.5 pp | −64.6 … −64.4 pp | −96.8% | −91.6 … −45.1 pp |

      | Cross-zone share of bytes | as it is | changed | change | 95% interval |
      | --- | ---: | ---: | ---: | ---: |
      | shop/frontend | 66.6% | 2.19% | −64.4 pp | −64.6 … −64.2 pp |

      ### Expectations

      |  | expected | judged |
      | --- | --- | --- |
      | ✅ met | crossZoneShare&lt;0.05 | The upper bound, 2.3%, is below 5%. |
      | ❔ undecided | Δp99&lt;=1% | The interval −1.1% … +5.9% holds 1%: more replications are needed. |
      | ❌ missed | busiestEndpoint&lt;1.2 | The lower bound, 1.32, is not below 1.2. |

      ### Why

      ⚠️ **shop/redis-cart** — has one endpoint, in eu-west-1b: clients in the two other zones cross zones whatever the field says.

      _Rule:_ Without a ready endpoint in its own zone, kube-proxy falls back to every ready endpoint.

      ### Assumptions, by how far they move the answer

      | assumption | value | source | change if halved | change if doubled |
      | --- | --- | --- | ---: | ---: |
      | response size | 8 kB | assumed | −66.1 pp | −61.0 pp |
      | requests per connection | 100 | assumed; --keep-alive sets it | −64.5 pp | −64.5 pp |

      ### What was read, and what was left out

      - Simulated: Deployment ×12, Service ×12, Node ×12 (made from --zones 3 --nodes-per-zone 4)
      - Read for inference only: ConfigMap ×1, HorizontalPodAutoscaler ×2 (owns the replicas of 2 Deployments)
      - Ignored: NetworkPolicy ×2 (would deny traffic), ServiceAccount ×11
      - Not schedulable: shop/adservice-5 — 0/12 nodes are available: insufficient cpu.
      - Not in the bill: NAT gateways.

      ### Reproduce

      Seed k8s-netsim, 20 replications of 60 s after 20 s of warm-up, Kubernetes 1.34, k8s-netsim 0.1.0.

      \`\`\`sh
      npx k8s-netsim what-if -f kubernetes-manifests.yaml --set 'Service/*:spec.trafficDistribution=PreferSameZone' --zones 3 --nodes-per-zone 4 --replicas 6 --expect 'crossZoneShare<0.05' --expect 'Δp99<=1%' --expect 'busiestEndpoint<1.2' --seed k8s-netsim
      \`\`\`
      "
    `);
  });

  it("holds a grid where there is no pair", () => {
    expect(renderMarkdown(gridResult)).toContain(
      "| Default, 1 in zone a | 66.6% (66.5 … 66.7%) | 18.4 ms (18.4 … 18.5 ms) |",
    );
  });

  it("has no HTML whatever the names are", () => {
    const outsideFences = renderMarkdown(hostileResult).replace(
      /(`{3,})[a-z]*\n[\s\S]*?\n\1(?=\n)/g,
      "",
    );
    expect(outsideFences).not.toMatch(/<(?!$)/);
  });
});

describe("text for a terminal", () => {
  it("is a compact summary", () => {
    expect(
      renderText(small, { colour: false, width: 80, written: ["out/report.html"] }),
    ).toMatchInlineSnapshot(`
      "What happens if every Service gets spec.trafficDistribution=PreferSameZone?
      Cross-zone traffic falls from 66.6% to 2.1%.
      ✘ expectations missed

      ! Sizes are assumed.

                                 as it is  changed    change      95% interval  assumptions ½…2×
      Cross-zone share of bytes     66.6%    2.14%  −64.5 pp  −64.6 … −64.4 pp  −91.6 … −45.1 pp

      Input
        11 Services over 11 backends; nodes: eu-west-1a 4, eu-west-1b 4, eu-west-1c 4
        Requests begin at loadgenerator (900/s, assumed: a workload that only calls)
        loadgenerator calls frontend
        frontend calls productcatalogservice, currencyservice, cartservice,
        recommendationservice, shippingservice, checkoutservice, adservice
        checkoutservice calls productcatalogservice, shippingservice, paymentservice,
        emailservice, currencyservice, cartservice
        recommendationservice calls productcatalogservice
        cartservice calls redis-cart

      ✔ crossZoneShare<0.05 — The upper bound, 2.3%, is below 5%.
      ? Δp99<=1% — The interval −1.1% … +5.9% holds 1%: more replications are needed.
      ✘ busiestEndpoint<1.2 — The lower bound, 1.32, is not below 1.2.

      Why
      • shop/redis-cart: has one endpoint, in eu-west-1b: clients in the two other
        zones cross zones whatever the field says.
        rule: Without a ready endpoint in its own zone, kube-proxy falls back to every
              ready endpoint.

      Assumptions that move the answer most
      • response size = 8 kB [assumed]; the change becomes −66.1 … −61.0 pp when it is
        halved … doubled
      • requests per connection = 100 [assumed; --keep-alive sets it]; the change
        becomes −64.49 … −64.47 pp when it is halved … doubled

      seed k8s-netsim, 20 replications of 60 s, Kubernetes 1.34
      Report: out/report.html
      "
    `);
  });

  it("has no escape sequence but its own colours", () => {
    const plain = renderText(hostileResult, { colour: false, width: 100 });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for control characters
    expect(plain).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    const coloured = renderText(hostileResult, { colour: true, width: 100 });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: our own colour codes
    expect(coloured.replace(/\u001b\[(?:1|2|22|3[1236]|39)m/g, "")).toBe(plain);
  });

  it("shows a grid where there is no pair", () => {
    expect(renderText(gridResult, { colour: false, width: 120 })).toContain(
      "PreferSameZone, 4 in zone a",
    );
  });
});

describe("every format", () => {
  const formats = [
    renderHtml,
    renderJson,
    renderJUnit,
    renderMarkdown,
    (result: Result) => renderText(result, { colour: true, width: 100 }),
  ];

  it("gives the same bytes each time and leaves the result alone", () => {
    const frozen = deepFreeze(structuredClone(transientResult));
    for (const render of formats) expect(render(frozen)).toBe(render(transientResult));
  });

  it("shows a result with nothing in it", () => {
    const { input } = sampleResult;
    const empty: Result = {
      ...sampleResult,
      verdict: "none",
      warnings: [],
      configurations: [],
      measures: [],
      estimates: [],
      differences: [],
      expectations: [],
      findings: [],
      assumptions: [],
      billExcludes: [],
      input: {
        ...input,
        simulated: [],
        inferenceOnly: [],
        ignored: [],
        nodes: [],
        services: [],
        callGraph: [],
        entries: [],
        unschedulable: [],
        reconciled: [],
      },
      charts: { zoneTraffic: [], latency: [], load: [] },
    };
    for (const render of formats) expect(render(empty)).toContain("66.6%");
  });

  it("shows a dash, never NaN, where an estimate is not defined", () => {
    const blank = { value: null, low: null, high: null, n: 0 };
    const result: Result = {
      ...sampleResult,
      estimates: sampleResult.estimates.map((one) => ({ ...one, estimate: blank })),
      differences: sampleResult.differences.map((one) => ({
        ...one,
        estimate: blank,
        relative: null,
      })),
    };
    for (const render of formats) expect(render(result)).not.toMatch(/NaN|Infinity|undefined/);
  });
});

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null)
    for (const item of Object.values(value)) deepFreeze(item);
  return Object.freeze(value);
}

describe("a scenario's own tables", () => {
  it("are in the text and in the Markdown, numbers in their units", () => {
    const text = renderText(studyResult, { colour: false, width: 100 });
    expect(text).toContain("Phases: Default, 1 in zone a");
    expect(text).toMatch(/create +1\.50 GB +5,000\nroll +– +10,000/);
    expect(renderMarkdown(studyResult)).toContain("| create | 1.50 GB | 5,000 |");
  });

  it("leave simulated time out where the runs have no common length", () => {
    expect(renderMarkdown(studyResult)).toContain("Seed k8s-netsim, 20 replications, Kubernetes");
  });
});
