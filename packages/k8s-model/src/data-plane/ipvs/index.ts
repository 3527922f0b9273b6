export {
  IPVS_SCHEDULERS,
  type IpvsClient,
  type IpvsScheduler,
  type RealServer,
} from "./real-server.ts";
export { type RealServerSpec, VirtualServer } from "./virtual-server.ts";
