import { Lab, type LabOptions } from "./lab.ts";
import { LAB_SERVICES } from "./lab-services.ts";
import { addressOf } from "./places.ts";
import { LAB_BRIDGE } from "./plan.ts";
import { startPrograms } from "./programs.ts";
import type { Situation } from "./situation.ts";

const MS = 1_000_000;

/** Builds the lab that a situation asks for and plays it: packets, notes, tracking are in the lab then. */
export function playSituation(situation: Situation, options: LabOptions): Lab {
  const { network, bridge, services = [], icmpRateLimitMs } = situation;
  const lab = new Lab({
    ...(network === undefined ? {} : { network }),
    ...(icmpRateLimitMs === undefined ? {} : { icmpRateLimitMs }),
    ...(bridge === undefined ? {} : { bridge: { ...LAB_BRIDGE, ...bridge } }),
    ...options,
    services: [...(options.services ?? LAB_SERVICES), ...services],
  });
  startPrograms(lab);
  for (const { to, node } of situation.clientRoutes ?? []) {
    const { routes } = lab.host(lab.plan.client.name).namespace;
    routes.add({ to, device: "eth0", via: addressOf(lab, node) });
  }
  for (const { node, to, tokens } of situation.budgets ?? []) {
    const { budget, now } = lab.host(node).namespace;
    budget.start(addressOf(lab, to), tokens, now);
  }
  lab.play(function* () {
    yield MS / 2;
    yield* situation.play(lab);
    yield 50 * MS;
    if (lab.tables.length === 0) lab.recordTables("end");
    lab.simulation.stop();
  });
  return lab;
}
