export { Bridge } from "./bridge.ts";
export { Host } from "./host.ts";
export { type Happening, NetworkNamespace } from "./network-namespace.ts";
export { listenSctp, SctpAssociation } from "./sctp-association.ts";
export type { Reading, SocketErrorCode } from "./socket-error.ts";
export { TcpConnection } from "./tcp-connection.ts";
export { LINUX_6_18, LINUX_BEFORE_6_5, type TcpProfile } from "./tcp-profile.ts";
export type { Opened } from "./tcp-state.ts";
export { UdpSocket } from "./udp-socket.ts";
