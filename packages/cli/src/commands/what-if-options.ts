import type { OptionGroup } from "../command-line/option.ts";

/** Options that every command reading manifests has. */
export const INPUT_OPTIONS: OptionGroup = {
  title: "Input",
  options: [
    {
      name: "filename",
      short: "f",
      kind: "texts",
      value: "FILE|DIR",
      description:
        "Manifests or the output of kubectl get -o json|yaml; folders are searched all the way down; - is the standard input. Further files may follow without -f.",
    },
    {
      name: "cluster",
      kind: "texts",
      value: "FILE|DIR",
      description:
        "Where the Nodes are, when they are not in the input (kubectl get nodes -o json).",
    },
    {
      name: "zones",
      kind: "text",
      value: "N|a,b,c",
      description: "Make up nodes in this many zones, or in zones of these names.",
      default: "3, when the input has no Node",
    },
    {
      name: "nodes-per-zone",
      kind: "text",
      value: "N",
      description: "Nodes made up in each zone.",
      default: "3",
    },
    {
      name: "kubernetes-version",
      kind: "text",
      value: "V",
      description: "Rules of this release: a field that it ignores or rejects is an error.",
      default: "from the nodes, else 1.36",
    },
    {
      name: "namespace",
      short: "n",
      kind: "text",
      value: "NAME",
      description: "Namespace of objects that name none.",
      default: "default",
    },
  ],
};

export const CHANGE_OPTIONS: OptionGroup = {
  title: "The change",
  options: [
    {
      name: "set",
      kind: "texts",
      value: "[NAMESPACE/]KIND/NAME:path=value",
      description:
        "Change a field of all objects that match (* and ? are wildcards). The value is JSON or else text; null deletes the field; \\. is a dot inside a key.",
    },
    {
      name: "changed",
      kind: "texts",
      value: "FILE|DIR",
      description: "Manifests as they would be afterwards, instead of or before --set.",
    },
    {
      name: "replicas",
      kind: "text",
      value: "N",
      description:
        "Replicas of every Deployment and StatefulSet, before and after; what an autoscaler owns or what keeps state is left alone and named.",
    },
    {
      name: "apply-at",
      kind: "text",
      value: "T",
      description:
        "Make the change at this time after warm-up, through the control plane, and report the transient. Without it two steady states are compared.",
    },
    {
      name: "fault",
      kind: "texts",
      value: "zone=Z@T[-T]|node=N@T[-T]|drain=N@T",
      description:
        "A zone or node that goes down at a time after warm-up (and comes back), or a node that is drained, held up by its pods' budgets. Also: drain=NODE@T-T (and then removed), cordon=NODE@T[-T], zone-partition=ZONE@T[-T] (no other zone, no control plane), partition=NODE@T[-T] (no control plane), watch=NODE@T (lost connection), api-server=N@T-T, leader=kcm@T (the controllers' leader dies), etcd=FACTOR@T[-T] (slow), clock=NODE:[-]TIME@T[-T] (a clock that is ahead or behind).",
    },
  ],
};

export const TRAFFIC_OPTIONS: OptionGroup = {
  title: "Traffic",
  options: [
    {
      name: "traffic",
      kind: "text",
      value: "FILE",
      description:
        "Who calls whom, instead of what is inferred from the manifests: a traffic file, or what was measured, as import-traffic writes it (CSV: source, destination, requests_per_second, …).",
    },
    {
      name: "save-traffic",
      kind: "text",
      value: "FILE",
      description: "Write the inferred traffic, to be edited and given back with --traffic.",
    },
    {
      name: "rate",
      kind: "texts",
      value: "ENTRY=RATE",
      description: "Requests of a client or entry Service, such as frontend=900/s.",
    },
  ],
};

/** Today as it was measured, to hold the simulation against. */
export const BACK_CHECK_OPTIONS: OptionGroup = {
  title: "Back-check",
  options: [
    {
      name: "observed",
      kind: "text",
      value: "FILE",
      description:
        "Numbers of the real cluster as it is (CSV: measure, scope, value, unit), compared with the simulated ones before the change is to be believed.",
    },
    {
      name: "misfit",
      kind: "text",
      value: "PERCENT",
      description: "How far a simulated number may be off and still count as met.",
      default: "20%",
    },
    {
      name: "fail-on-misfit",
      kind: "flag",
      description: "Let the back-check decide the exit code, too: 1 where a number is off.",
    },
  ],
};

export const RUN_OPTIONS: OptionGroup = {
  title: "Runs",
  options: [
    {
      name: "replications",
      kind: "text",
      value: "N",
      description: "Independent runs of each configuration.",
      default: "10",
    },
    {
      name: "length",
      kind: "text",
      value: "TIME",
      description: "Measured simulated time of each run.",
      default: "60s",
    },
    {
      name: "warm-up",
      kind: "text",
      value: "TIME",
      description: "Simulated time before it that is not counted.",
      default: "10s",
    },
    {
      name: "seed",
      kind: "text",
      value: "TEXT",
      description: "Same seed, same bytes.",
      default: "1",
    },
    {
      name: "provider",
      kind: "text",
      value: "aws|gcp|azure",
      description: "Whose prices between zones.",
      default: "from the nodes, else aws",
    },
    {
      name: "prices",
      kind: "text",
      value: "NAME[@DATE]|FILE",
      description:
        "Prices instead of the provider's newest: those in force on a date (aws@2026-10-01), or a price file with those of a contract, by pair of zones or regions, and for what goes in and out.",
    },
    {
      name: "quick",
      kind: "flag",
      description: "Fewer and shorter runs: a first look, with wider intervals.",
    },
    {
      name: "check",
      kind: "flag",
      description: "Check the simulation's own promises at every write and at rest; slower.",
    },
  ],
};

export const OUTPUT_OPTIONS: OptionGroup = {
  title: "Output",
  options: [
    {
      name: "expect",
      kind: "texts",
      value: "CLAIM",
      description:
        "Something that must hold, such as 'crossZoneShare<0.2', 'shop/cart:p99<20ms' or 'Δp99<=5%'; judged on the confidence bound, decides the exit code.",
    },
    {
      name: "out",
      kind: "text",
      value: "DIR",
      description: "Write report.html, report.md, result.json and junit.xml there.",
    },
    { name: "json", kind: "flag", description: "Print the result as JSON." },
    {
      name: "anonymise",
      kind: "flag",
      description: "Rename everything, for a report to be shared.",
    },
  ],
};
