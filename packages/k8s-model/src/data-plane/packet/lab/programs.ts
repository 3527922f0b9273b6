import type { Host, TcpConnection } from "../host/index.ts";
import { listenSctp } from "../host/index.ts";
import type { Lab } from "./lab.ts";

const US = 1_000;
/** From data in the kernel to a program's answer, and from the end of the data to its close. */
const ANSWER_NS = 150 * US;
const CLOSE_NS = 60 * US;

const SERVER_TAG = 0x5e7e;

/** What the servers of the lab read requests by: `big 4000 ` and so many bytes in all. */
const BIG = /^big (\d{1,9}) /;

/** Starts in every pod a server that tells who it is and whom it sees, and kube-proxy's health checks. */
export function startPrograms(lab: Lab): void {
  const { nodes, client, serverPorts } = lab.plan;
  const outside = new Set([client.name, ...nodes.map(({ name }) => name)]);
  for (const name of lab.hosts) {
    if (outside.has(name)) continue;
    const host = lab.host(name);
    host.listen(serverPorts.tcp, (connection) => serve(lab, name, connection));
    serveUdp(lab, name, host);
    listenSctp(host, serverPorts.sctp, SERVER_TAG);
  }
  for (const proxy of lab.proxies) {
    for (const port of healthPorts(lab)) {
      lab.host(proxy.node.name).listen(port, (connection) => {
        answer(lab, connection, () => healthAnswer(proxy.localEndpoints(port)));
      });
    }
  }
}

function healthPorts(lab: Lab): readonly number[] {
  const ports = lab.services.map(({ healthCheckNodePort = 0 }) => healthCheckNodePort);
  return ports.filter((port) => port !== 0);
}

function serve(lab: Lab, name: string, connection: TcpConnection): void {
  const { remoteAddress, remotePort } = connection.ends;
  answer(lab, connection, (request) => {
    const big = BIG.exec(request);
    if (big === null) return `${name} sees ${remoteAddress}:${remotePort} `;
    return request.length < Number(big[1]) ? undefined : `big${request.length}`;
  });
}

/** Reads requests, answers each when it is complete, closes when the client does. */
export function answer(
  lab: Lab,
  connection: TcpConnection,
  answerTo: (request: string) => string | undefined,
): void {
  const { simulation } = lab;
  simulation.process("server", function* () {
    let request = "";
    for (;;) {
      const reading = yield connection.received.get();
      if (reading.kind === "error") return;
      if (reading.kind === "end") {
        yield CLOSE_NS;
        connection.close();
        return;
      }
      request += reading.text;
      const text = answerTo(request);
      if (text === undefined) continue;
      request = "";
      yield ANSWER_NS;
      connection.hasRead();
      connection.write(text);
    }
  });
}

function serveUdp(lab: Lab, name: string, host: Host): void {
  host.serveUdp(lab.plan.serverPorts.udp, (_request, ends) => {
    const text = `${name} sees ${ends.remoteAddress}:${ends.remotePort}`;
    lab.simulation.after(ANSWER_NS, () => host.reply(ends, text));
  });
}

/** kube-proxy's health check node port, for Services with external policy Local. */
function healthAnswer(local: { service: string; count: number } | undefined): string {
  const { service = "", count = 0 } = local ?? {};
  const body = `{\n\t"service": {\n\t\t"namespace": "default",\n\t\t"name": "${service}"\n\t},\n\t"localEndpoints": ${count},\n\t"serviceProxyHealthy": true\n}`;
  const status = count === 0 ? "503 Service Unavailable" : "200 OK";
  return [
    `HTTP/1.1 ${status}`,
    "Content-Type: application/json",
    "X-Content-Type-Options: nosniff",
    `X-Load-Balancing-Endpoint-Weight: ${count}`,
    "Date: Thu, 01 Jan 1970 00:00:00 GMT",
    `Content-Length: ${body.length}`,
    "",
    body,
  ].join("\r\n");
}
