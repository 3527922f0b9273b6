export { Lab, type LabOptions, type PodNetwork } from "./lab.ts";
export { LAB_SERVICES, type LabService } from "./lab-services.ts";
export type { ProxyMode } from "./node-proxy.ts";
export { type LabPlan, PACKET_LAB } from "./plan.ts";
export { playSituation } from "./play.ts";
export type { Note, Sighting, TrackingTable } from "./sighting.ts";
export type { Situation } from "./situation.ts";
export { SITUATIONS } from "./situations.ts";
