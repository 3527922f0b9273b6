const DNS_PORT = 53;
/** Fits every path without fragments. */
const MAX_DATAGRAM_BYTES = 1200;
const QUERY_ID = "\x4b\x38";
const HEADER_BYTES = 12;

interface Spoken {
  readonly port: number;
  readonly protocol: "TCP" | "UDP" | "SCTP";
  /** How long it should be; texts that need more are longer. */
  readonly bytes: number;
}

/**
 * What a client says, so that Wireshark can read it: a DNS query on port 53, else HTTP over TCP and
 * plain text over UDP.
 */
export function requestBytes({ port, protocol, bytes }: Spoken, host: string): string {
  if (port === DNS_PORT) return framed(protocol, dnsQuery("kubernetes.default.svc.cluster.local"));
  if (protocol !== "TCP") return "hello ".padEnd(Math.min(bytes, MAX_DATAGRAM_BYTES), ".");
  return withPadding(`GET / HTTP/1.1\r\nHost: ${host}\r\n`, bytes);
}

/** What a server answers; the pod's name is in it. */
export function answerBytes(
  { pod, port, protocol, bytes }: Spoken & { pod: string },
  request: string,
): string {
  if (port === DNS_PORT) {
    const query = protocol === "TCP" ? request.slice(2) : request;
    return framed(protocol, dnsAnswer(query));
  }
  if (protocol !== "TCP") return `${pod} `.padEnd(Math.min(bytes, MAX_DATAGRAM_BYTES), ".");
  return withPadding(`HTTP/1.1 200 OK\r\nServer: ${pod}\r\nContent-Length: 0\r\n`, bytes);
}

/** Whether all of a request, or of an answer, has come over TCP. */
export function isWhole(port: number, text: string): boolean {
  if (port !== DNS_PORT) return text.endsWith("\r\n\r\n");
  const length = (text.charCodeAt(0) << 8) | text.charCodeAt(1);
  return text.length >= 2 && text.length >= 2 + length;
}

/** Fills HTTP headers up to a length with one that means nothing. */
function withPadding(head: string, bytes: number): string {
  const name = "X-Padding: ";
  const rest = bytes - head.length - 4;
  if (rest <= name.length) return `${head}\r\n`;
  return `${head}${name}${"x".repeat(rest - name.length)}\r\n\r\n`;
}

/** DNS over TCP tells its length first. */
function framed(protocol: Spoken["protocol"], message: string): string {
  if (protocol !== "TCP") return message;
  return `${String.fromCharCode(message.length >> 8, message.length & 255)}${message}`;
}

function dnsQuery(name: string): string {
  const labels = name.split(".").map((label) => `${String.fromCharCode(label.length)}${label}`);
  // Recursion desired, one question: type A, class IN.
  const header = `${QUERY_ID}\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00`;
  return `${header}${labels.join("")}\x00\x00\x01\x00\x01`;
}

/** The query sent back with one address: 10.96.0.1 for 30 s. */
function dnsAnswer(query: string): string {
  const header = `${query.slice(0, 2)}\x85\x80\x00\x01\x00\x01\x00\x00\x00\x00`;
  const answer = "\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x1e\x00\x04\x0a\x60\x00\x01";
  return `${header}${query.slice(HEADER_BYTES)}${answer}`;
}
