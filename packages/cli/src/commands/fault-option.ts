import {
  apiServerRestart,
  clockSkew,
  etcdSlow,
  type FaultDefinition,
  type FaultKind,
  leaderChange,
  nodeCordon,
  nodeDrain,
  nodeFailure,
  nodePartition,
  type OutageOptions,
  watchLost,
  zoneOutage,
  zonePartition,
} from "@k8s-netsim/k8s-model/scenario";
import type { SimTime } from "@k8s-netsim/sim-core";
import { UsageError } from "../command-line/usage-error.ts";
import { timeSpan } from "./option-values.ts";

type Maker = (target: string, when: OutageOptions, text: string) => FaultDefinition;

const MAKERS: Readonly<Record<string, Maker>> = {
  zone: zoneOutage,
  node: nodeFailure,
  drain: nodeDrain,
  cordon: nodeCordon,
  partition: nodePartition,
  "zone-partition": zonePartition,
  watch: (node, { at }) => watchLost(node, { at }),
  "api-server": (server, { at, until }, text) => {
    if (until === undefined || !/^\d{1,3}$/.test(server)) {
      throw notAFault(text, "an API server has a number and an end: api-server=0@30s-40s.");
    }
    return apiServerRestart(Number(server), { at, until });
  },
  leader: (_name, { at }) => leaderChange({ at }),
  etcd: (factor, when, text) => {
    if (!/^\d{1,6}(\.\d+)?$/.test(factor) || Number(factor) === 0) {
      throw notAFault(text, "say how many times slower: etcd=10@30s-60s.");
    }
    return etcdSlow(Number(factor), when);
  },
  clock: (text, when, whole) => {
    const [, node, sign, ahead] = /^([^:]+):([+-]?)(\d.*)$/.exec(text) ?? [];
    if (node === undefined || ahead === undefined) {
      throw notAFault(whole, "say how far ahead, or behind with a minus: clock=n1:2s@30s.");
    }
    const aheadNs = timeSpan("fault", ahead);
    return clockSkew(node, sign === "-" ? -aheadNs : aheadNs, when);
  },
};

/** `zone=a@30s`, `zone=a@30s-90s`, `node=n1@30s`, `drain=n1@30s`, `partition=n1@30s-90s`, `etcd=10@30s`, `clock=n1:2s@30s`, … */
export function fault(text: string): FaultDefinition {
  const match = /^([a-z-]+)=([^@]+)@([^-]+)(?:-(.+))?$/.exec(text);
  const [, kind = "", target = "", from = "", to] = match ?? [];
  const make = Object.hasOwn(MAKERS, kind) ? MAKERS[kind] : undefined;
  if (make === undefined) {
    throw notAFault(
      text,
      "write zone=NAME@TIME, node=NAME@TIME, or with its end zone=NAME@TIME-TIME, such as zone=a@30s.",
    );
  }
  const at = timeSpan("fault", from);
  const until = to === undefined ? undefined : timeSpan("fault", to);
  if (until !== undefined && until <= at) {
    throw new UsageError(
      "bad-option-value",
      `--fault ${text}: it ends before it begins.`,
      "give the later time last, such as zone=a@30s-90s.",
    );
  }
  return make(target, until === undefined ? { at } : { at, until }, text);
}

function notAFault(text: string, remedy: string): UsageError {
  return new UsageError("bad-option-value", `--fault ${text}: not a fault.`, remedy);
}

/** What a reader of a time line is told: at the beginning and at the end. */
const WORDS: Readonly<Record<FaultKind, (target: string) => readonly [string, string]>> = {
  "zone-outage": (zone) => [`zone ${zone} goes down`, `${zone} comes back`],
  "node-failure": (node) => [`node ${node} goes down`, `${node} comes back`],
  "zone-partition": (zone) => [`zone ${zone} is cut off`, `${zone} is reached again`],
  "node-drain": (node) => [`node ${node} is drained`, `${node} is removed`],
  "node-cordon": (node) => [`node ${node} is cordoned`, `${node} takes pods again`],
  "node-partition": (node) => [`node ${node} is cut off`, `${node} is heard again`],
  "watch-lost": (node) => [`node ${node} loses its watches`, ""],
  "clock-skew": (node) => [`the clock of ${node} is wrong`, `the clock of ${node} is right again`],
  "api-server-restart": (server) => [`API server ${server} goes down`, `${server} is back`],
  "leader-change": () => ["the controllers lose their leader", ""],
  "etcd-slow": () => ["etcd becomes slow", "etcd is as fast as before"],
};

/** Marks of a fault on a time line. */
export function faultMarks({
  kind,
  target,
  atNs,
  untilNs,
}: FaultDefinition): readonly { readonly seconds: number; readonly label: string }[] {
  const [begins, ends] = WORDS[kind](target);
  const mark = (timeNs: SimTime, label: string): { seconds: number; label: string } => ({
    seconds: timeNs / 1e9,
    label,
  });
  return [mark(atNs, begins), ...(untilNs === undefined ? [] : [mark(untilNs, ends)])];
}
