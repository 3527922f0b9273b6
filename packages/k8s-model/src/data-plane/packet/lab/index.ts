export { type CaptureSelection, type LabCapture, labCapture } from "./capture.ts";
export type { Causes } from "./causes.ts";
export {
  type Answer,
  answerText,
  ask,
  nextAnswer,
  openTcp,
  request,
  type Target,
  tcpExchange,
  udpExchange,
} from "./clients.ts";
export { type Flow, FlowBook } from "./flow-book.ts";
export { Lab, type LabOptions } from "./lab.ts";
export type { PodNetwork } from "./lab-network.ts";
export { LAB_SERVICES, type LabService } from "./lab-services.ts";
export { type PacketWay, packetText, packetWay } from "./packet-way.ts";
export { addressOf, clusterIP } from "./places.ts";
export { type LabPlan, PACKET_LAB, type PlannedNode } from "./plan.ts";
export { playSituation } from "./play.ts";
export { answer as serveRequests } from "./programs.ts";
export type { ProxyMode } from "./proxier.ts";
export type { Note, Sighting, TrackingTable } from "./sighting.ts";
export type { Situation } from "./situation.ts";
export { SITUATIONS } from "./situations.ts";
