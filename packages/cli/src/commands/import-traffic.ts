import { basename, dirname } from "node:path";
import {
  type Diagnostic,
  type ManifestObject,
  readManifests,
} from "@k8s-netsim/k8s-model/manifests";
import {
  addressBook,
  awsFlowLog,
  FlowLogImport,
  gcpFlowLog,
  HubbleImport,
  type ImportedTraffic,
  importPrometheus,
  inferCallGraph,
  PROMETHEUS_QUANTITIES,
  type PrometheusQuantity,
  readEdgeTable,
  renderEdgeTable,
  renderMeasureTable,
  trafficOfEdges,
} from "@k8s-netsim/k8s-model/traffic";
import { type CommandSpec, type Invocation, textOf, textsOf } from "../command-line/option.ts";
import { printable } from "../command-line/printable.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { readSources, readText } from "../input/read-files.ts";
import { readLines } from "../input/read-lines.ts";
import { showDiagnostics } from "../output/diagnostics.ts";
import { writeFiles } from "../output/write-files.ts";

const EXPORTS = ["prometheus", "hubble", "vpc-flow-logs", "gcp-flow-logs", "csv"] as const;

/** `k8s-netsim import-traffic`. */
export const importTraffic: CommandSpec = {
  name: "import-traffic",
  summary: "turn what was measured into a table for what-if --traffic",
  usage: "k8s-netsim import-traffic --from prometheus|hubble|vpc-flow-logs|gcp-flow-logs|csv FILE…",
  description:
    "Reads exports of Prometheus with Istio or Linkerd, Hubble, and flow logs of a VPC, and writes who sends how much to which Service as CSV. Numbers to compare a simulation with (requests, latency, bytes between zones) go to --measures, for what-if --observed.",
  groups: [
    {
      title: "Import",
      options: [
        {
          name: "from",
          kind: "text",
          value: EXPORTS.join("|"),
          description:
            "What the files are. For Prometheus answers of its HTTP API in JSON, each as QUANTITY=FILE with one of requests, request-bytes, response-bytes, connections, p50, p90, p99 where the metric's name does not tell; for Hubble what hubble observe -o json prints; for flow logs their text (.gz as it is), or for GCP JSON, an entry a line.",
        },
        {
          name: "filename",
          short: "f",
          kind: "texts",
          value: "FILE|DIR",
          description:
            "Manifests or a dump of the cluster (kubectl get pods,nodes,services,deployments -A -o json): finds Services by ports, and for flow logs whose the addresses are. What the result names is checked against it.",
        },
        {
          name: "namespace",
          short: "n",
          kind: "text",
          value: "NAME",
          description: "Namespace of objects that name none.",
          default: "default",
        },
        {
          name: "outside",
          kind: "texts",
          value: "NAMESPACE/WORKLOAD",
          description:
            "A sender to count as users outside, such as a gateway that is not simulated.",
        },
        {
          name: "format",
          kind: "text",
          value: "'FIELD FIELD …'",
          description: "Fields of AWS flow logs that have no header and are not of version 2.",
        },
      ],
    },
    {
      title: "Output",
      options: [
        {
          name: "output",
          short: "o",
          kind: "text",
          value: "FILE",
          description: "Write the table there instead of to the standard output.",
        },
        {
          name: "measures",
          kind: "text",
          value: "FILE",
          description: "Write numbers for what-if --observed there.",
        },
      ],
    },
  ],
  examples: [
    "k8s-netsim import-traffic --from prometheus requests=rps.json response-bytes=out.json -f shop/ -o traffic.csv",
    "hubble observe --since 10m -o json | k8s-netsim import-traffic --from hubble - -f shop/ -o traffic.csv",
    "k8s-netsim import-traffic --from vpc-flow-logs logs/*.log.gz -f dump.json -o traffic.csv --measures observed.csv",
  ],
  run: async (invocation) => {
    const objects = manifestsOf(invocation);
    if (objects === undefined) return 2;
    const imported = await importFrom(invocation, objects);
    const diagnostics = [...imported.diagnostics, ...checkNames(imported, objects)];
    if (showDiagnostics(diagnostics)) return 2;
    if (imported.edges.length === 0) throw nothingFound(imported);
    for (const note of imported.notes) process.stderr.write(`note: ${printable(note)}\n`);
    write(invocation, imported);
    return 0;
  },
};

function manifestsOf(invocation: Invocation): readonly ManifestObject[] | undefined {
  const files = textsOf(invocation, "filename");
  const namespace = textOf(invocation, "namespace");
  const options = namespace === undefined ? {} : { namespace };
  const { objects, diagnostics } = readManifests(readSources(files), options);
  return showDiagnostics(diagnostics) ? undefined : objects;
}

async function importFrom(
  invocation: Invocation,
  objects: readonly ManifestObject[],
): Promise<ImportedTraffic> {
  const files = invocation.positionals;
  if (files.length === 0) {
    throw new UsageError(
      "no-input",
      "No file is named.",
      "name the files to import, or - for the standard input.",
    );
  }
  const outside = new Set(textsOf(invocation, "outside"));
  switch (exportOf(invocation)) {
    case "prometheus":
      return importPrometheus(files.map(prometheusSource), outside);
    case "csv":
      return importTable(files);
    case "hubble": {
      const book = objects.length === 0 ? undefined : addressBook(objects);
      return byLine(files, new HubbleImport(book, outside));
    }
    case "vpc-flow-logs":
      return byLine(
        files,
        new FlowLogImport(bookOf(objects), awsFlowLog(textOf(invocation, "format"))),
      );
    case "gcp-flow-logs":
      return byLine(files, new FlowLogImport(bookOf(objects), gcpFlowLog()));
  }
}

function exportOf(invocation: Invocation): (typeof EXPORTS)[number] {
  const text = textOf(invocation, "from");
  const found = EXPORTS.find((name) => name === text);
  if (found !== undefined) return found;
  throw new UsageError(
    "bad-option-value",
    text === undefined ? "--from is missing." : `--from ${text}: not known.`,
    `say what the files are: --from ${EXPORTS.join("|")}.`,
  );
}

/** `p99=FILE`, or a file whose metric says what it counts. */
function prometheusSource(word: string): {
  readonly file: string;
  readonly text: string;
  readonly quantity?: PrometheusQuantity;
} {
  const quantity = PROMETHEUS_QUANTITIES.find((name) => word.startsWith(`${name}=`));
  const file = quantity === undefined ? word : word.slice(quantity.length + 1);
  const [source] = file === "-" ? readSources(["-"]) : [{ file, text: readText(file) }];
  const { text } = source ?? { text: "" };
  return quantity === undefined ? { file, text } : { file, text, quantity };
}

function importTable(files: readonly string[]): ImportedTraffic {
  const read = files.map((file) => readEdgeTable({ file, text: readText(file) }));
  return {
    edges: read.flatMap(({ edges }) => edges),
    measures: [],
    notes: [],
    diagnostics: read.flatMap(({ diagnostics }) => diagnostics),
  };
}

interface LineImport {
  readonly gaveUp: boolean;
  line(text: string, file: string, line: number): void;
  finish(): ImportedTraffic;
}

async function byLine(files: readonly string[], into: LineImport): Promise<ImportedTraffic> {
  for (const file of files) {
    const shown = file === "-" ? "<stdin>" : file;
    await readLines(file, (text, line) => {
      into.line(text, shown, line);
      return !into.gaveUp;
    });
  }
  return into.finish();
}

function bookOf(objects: readonly ManifestObject[]): ReturnType<typeof addressBook> {
  const book = addressBook(objects);
  if (book.podAddresses > 0) return book;
  throw new UsageError(
    "no-pod-addresses",
    "Flow logs name addresses, and the input has no pod with one.",
    "give a dump of the cluster with -f: kubectl get pods,nodes,services,deployments,replicasets,statefulsets,daemonsets -A -o json.",
  );
}

/** With manifests at hand names are checked now rather than by what-if. */
function checkNames(
  { edges }: ImportedTraffic,
  objects: readonly ManifestObject[],
): readonly Diagnostic[] {
  if (objects.length === 0 || edges.length === 0) return [];
  return trafficOfEdges(inferCallGraph(objects), edges).diagnostics.map((diagnostic) =>
    // Whoever uses the table has to know; what only could not be found is left to what-if.
    diagnostic.severity === "error" ? { ...diagnostic, severity: "warning" as const } : diagnostic,
  );
}

function nothingFound({ notes }: ImportedTraffic): UsageError {
  return new UsageError(
    "nothing-imported",
    `No traffic to a Service was found. ${notes.join(" ")}`.trim(),
    "check that the manifests of -f are of the cluster that was observed, at that time.",
  );
}

/** One file; its folder is made where it is not there yet. */
function writeInto(file: string, text: string): void {
  writeFiles(dirname(file), new Map([[basename(file), text]]));
}

function write(invocation: Invocation, imported: ImportedTraffic): void {
  const { edges, measures, notes } = imported;
  const from = textOf(invocation, "from") ?? "";
  const comments = [`Observed traffic, imported by k8s-netsim from ${from}.`, ...notes];
  const table = renderEdgeTable(edges, comments);
  const file = textOf(invocation, "output");
  if (file === undefined) process.stdout.write(printable(table));
  else {
    writeInto(file, table);
    process.stdout.write(printable(`wrote ${file}: ${edges.length} edges\n`));
  }
  const measuresFile = textOf(invocation, "measures");
  if (measuresFile === undefined) return;
  writeInto(measuresFile, renderMeasureTable(measures, comments));
  process.stdout.write(printable(`wrote ${measuresFile}: ${measures.length} numbers\n`));
}
