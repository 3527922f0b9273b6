import { type Lab, listenSctp, serveRequests } from "../../data-plane/index.ts";
import { answerText, isWhole } from "./payloads.ts";

const SERVER_TAG = 0x5e7e;
/** A program's answer to a datagram takes as long as one to a request. */
const ANSWER_NS = 150_000;

interface ServedPort {
  readonly port?: number;
  readonly protocol?: string;
}

/** Starts a server on each port that a pod serves: it answers with its name and so many bytes. */
export function servePod(lab: Lab, pod: string, ports: readonly ServedPort[], bytes: number): void {
  const host = lab.host(pod);
  for (const { port, protocol = "TCP" } of ports) {
    if (port === undefined) continue;
    if (protocol === "SCTP") listenSctp(host, port, SERVER_TAG);
    else if (protocol === "UDP") {
      host.serveUdp(port, (request, ends) => {
        const text = answerText(request.payload, { pod, bytes, protocol: "UDP" });
        lab.simulation.after(ANSWER_NS, () => host.reply(ends, text));
      });
    } else {
      host.listen(port, (connection) => {
        serveRequests(lab, connection, (request) =>
          isWhole(request) ? answerText(request, { pod, bytes, protocol: "TCP" }) : undefined,
        );
      });
    }
  }
}
