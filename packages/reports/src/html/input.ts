import { callGraphChart } from "../charts/call-graph.ts";
import type { KindCount, Result, ServiceSummary } from "../result.ts";
import type { Selection } from "../select.ts";
import { joined, Markup, markup, nothing } from "../words/markup.ts";
import { formatNumber } from "../words/number.ts";
import { name, scrolling, section, table } from "./parts.ts";

/** What was read: Services, who calls whom and how that is known. */
export function application(selection: Selection): Markup {
  const { input } = selection.result;
  const parts = [callGraph(input), entries(input), services(selection)].filter(
    (part) => part !== nothing,
  );
  if (parts.length === 0) return nothing;
  const isAssumed = input.callGraph.some(({ evidence }) => evidence.startsWith("assumed"));
  const dashed = isAssumed ? " Dashed lines are assumed calls." : "";
  const lead = `The application as it was understood.${dashed}`;
  return section("application", "Who calls whom", lead, joined(parts, "\n"));
}

function callGraph({ callGraph: edges, services: known }: Result["input"]): Markup {
  if (edges.length === 0) return nothing;
  const diagram = callGraphChart(edges, known);
  const drawn = diagram === "" ? nothing : scrolling("Call graph", new Markup(diagram));
  const head = [
    { label: "From" },
    { label: "To" },
    { label: "Port" },
    { label: "Calls per request", numeric: true },
    { label: "Connection" },
    { label: "Known from" },
  ];
  const rows = edges.map(({ from, to, port, callsPerRequest, evidence, connection }) => [
    { text: name(from) },
    { text: name(to) },
    { text: name(port) },
    { text: formatNumber(callsPerRequest), numeric: true },
    { text: connection },
    { text: name(evidence) },
  ]);
  const listed = markup`<details><summary>All ${edges.length} calls <span class="quiet">and how each is known</span></summary><div class="body">${table("Calls", head, rows)}</div></details>`;
  return markup`<div class="card">${drawn}${listed}</div>`;
}

function entries({ entries: all = [] }: Result["input"]): Markup {
  if (all.length === 0) return nothing;
  const head = [{ label: "Where requests enter" }, { label: "Rate" }, { label: "Known from" }];
  const rows = all.map((entry) => [
    { text: name(entry.name) },
    { text: name(entry.rate) },
    { text: name(entry.evidence) },
  ]);
  return markup`<div class="card">${table("Entry points", head, rows)}</div>`;
}

function services(selection: Selection): Markup {
  const { input, configurations } = selection.result;
  if (input.services.length === 0) return nothing;
  const head = [
    { label: "Service" },
    { label: "Type" },
    { label: "Ports" },
    { label: "Behind it" },
    ...configurations.map(({ label }) => ({ label: `Ready endpoints, ${label}` })),
  ];
  const rows = input.services.map((service) => [
    { text: name(service.name) },
    { text: name(service.type) },
    { text: name(service.ports.join(", ")) },
    { text: name(service.workloads.join(", ")) },
    ...configurations.map(({ id }) => ({ text: endpoints(service, id) })),
  ]);
  return markup`<div class="card"><details><summary>${input.services.length} Services <span class="quiet">with their ready endpoints per zone</span></summary><div class="body">${table("Services", head, rows)}</div></details></div>`;
}

function endpoints({ endpointsByZone }: ServiceSummary, configuration: string): Markup | string {
  const zones = Object.hasOwn(endpointsByZone, configuration)
    ? Object.entries(endpointsByZone[configuration] ?? {})
    : [];
  if (zones.length === 0) return "none";
  const sorted = zones.sort(([a], [b]) => (a < b ? -1 : 1));
  return joined(
    sorted.map(([zone, count]) => markup`${name(zone)}: ${formatNumber(count)}`),
    ", ",
  );
}

/** What is not in the answer: the bill's gaps, kinds left out, pods that found no node. */
export function leftOut({ result }: Selection): Markup {
  const { input, billExcludes = [] } = result;
  const lists = [
    kinds("Simulated", input.simulated),
    kinds("Read for inference only", input.inferenceOnly),
    kinds("Ignored", input.ignored),
    zones(input),
  ].filter((part) => part !== nothing);
  const notes = [
    plainList("What the bill leaves out", billExcludes),
    plainList(
      "Pods without a node",
      input.unschedulable.map(({ pod, reason }) => markup`${name(pod)}: ${reason}`),
    ),
    plainList("Differences from the dump", input.reconciled),
  ].filter((part) => part !== nothing);
  if (lists.length === 0 && notes.length === 0) return nothing;
  const columns = lists.length > 0 ? markup`<div class="columns">${lists}</div>` : nothing;
  const below =
    notes.length > 0
      ? markup`<div class="columns" style="margin-top:14px">${notes}</div>`
      : nothing;
  return section("input", "What was read, and what was left out", "", markup`${columns}${below}`);
}

function kinds(title: string, counts: readonly KindCount[]): Markup {
  return plainList(
    title,
    counts.map(({ kind, count, note }) => {
      const more = note === undefined ? nothing : markup` <span class="quiet">— ${note}</span>`;
      return markup`${name(kind)} ×${formatNumber(count)}${more}`;
    }),
  );
}

function zones({ nodes }: Result["input"]): Markup {
  return plainList(
    "Nodes per zone",
    nodes.map(({ zone, nodes: count }) => markup`${name(zone)}: ${formatNumber(count)}`),
  );
}

function plainList(title: string, items: readonly (Markup | string)[]): Markup {
  if (items.length === 0) return nothing;
  const lines = items.map((item) => markup`<li>${item}</li>`);
  return markup`<div class="card"><h3>${title}</h3><ul class="plain">${lines}</ul></div>`;
}

/** Everything needed to get the same bytes again. */
export function reproduction({ result }: Selection): Markup {
  const run = result.reproduce;
  const facts: readonly (readonly [string, string])[] = [
    ["Seed", run.seed],
    ["Replications", formatNumber(run.replications)],
    ...secondsFact("Simulated time each", run.lengthSeconds),
    ...secondsFact("Warm-up before it", run.warmUpSeconds),
    ["Kubernetes", run.kubernetesVersion],
    ["k8s-netsim", run.version],
  ];
  const list = facts.map(
    ([term, value]) => markup`<div><dt>${term}</dt><dd>${name(value)}</dd></div>`,
  );
  return section(
    "reproduce",
    "Run it again",
    "The same command with the same seed writes the same bytes.",
    markup`<div class="card"><dl class="facts">${list}</dl><pre class="wrap" tabindex="0" aria-label="Command"><code>${run.command}</code></pre></div>`,
  );
}

function secondsFact(
  term: string,
  seconds: number | undefined,
): readonly (readonly [string, string])[] {
  return seconds === undefined ? [] : [[term, `${formatNumber(seconds)} s`]];
}
