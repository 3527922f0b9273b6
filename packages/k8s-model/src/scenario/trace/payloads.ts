const DNS_PORT = 53;
const TLS_PORTS: ReadonlySet<number> = new Set([443, 6443, 8443, 9443]);
/** Fits every path without fragments. */
const MAX_DATAGRAM_BYTES = 1200;
const QUERY_ID = "\x4b\x38";
const DNS_HEADER_BYTES = 12;
/** A record of application data of TLS 1.2, whose length follows. */
const TLS_RECORD = "\x17\x03\x03";
const TLS_HEADER_BYTES = 5;
const MAX_TLS_BYTES = 16_000;
const END_OF_HEADERS = "\r\n\r\n";

interface Spoken {
  readonly port: number;
  readonly protocol: "TCP" | "UDP" | "SCTP";
  /** How long it should be; texts that need more are longer. */
  readonly bytes: number;
}

/**
 * What a client says, so that Wireshark can read it: a DNS query on port 53, a record of TLS on ports of
 * HTTPS, else HTTP over TCP and plain text over UDP.
 */
export function requestText({ port, protocol, bytes }: Spoken, host: string): string {
  if (port === DNS_PORT) return framed(protocol, dnsQuery("kubernetes.default.svc.cluster.local"));
  if (protocol !== "TCP") return "hello ".padEnd(Math.min(bytes, MAX_DATAGRAM_BYTES), ".");
  if (TLS_PORTS.has(port)) return tlsRecord(bytes);
  return withPadding(`GET / HTTP/1.1\r\nHost: ${host}\r\n`, bytes);
}

/** What a server answers, in the language of the request. */
export function answerText(request: string, { pod, protocol, bytes }: Answering): string {
  const isDns = request.startsWith(QUERY_ID, protocol === "TCP" ? 2 : 0);
  if (isDns) return framed(protocol, dnsAnswer(protocol === "TCP" ? request.slice(2) : request));
  if (protocol !== "TCP") return `${pod} `.padEnd(Math.min(bytes, MAX_DATAGRAM_BYTES), ".");
  if (request.startsWith(TLS_RECORD)) return tlsRecord(bytes);
  return withPadding(`HTTP/1.1 200 OK\r\nServer: ${pod}\r\nContent-Length: 0\r\n`, bytes);
}

interface Answering extends Omit<Spoken, "port"> {
  readonly pod: string;
}

/** Whether all of a request, or of an answer, has come over TCP. */
export function isWhole(text: string): boolean {
  if (text.startsWith("GET ") || text.startsWith("HTTP/")) return text.endsWith(END_OF_HEADERS);
  if (text.startsWith(TLS_RECORD)) {
    return text.length >= TLS_HEADER_BYTES && text.length >= TLS_HEADER_BYTES + numberAt(text, 3);
  }
  return text.length >= 2 && text.length >= 2 + numberAt(text, 0);
}

function numberAt(text: string, at: number): number {
  return (text.charCodeAt(at) << 8) | text.charCodeAt(at + 1);
}

function numberText(value: number): string {
  return String.fromCharCode(value >> 8, value & 255);
}

/** Looks like noise, as what is encrypted does. */
function tlsRecord(bytes: number): string {
  const length = Math.max(32, Math.min(bytes, MAX_TLS_BYTES) - TLS_HEADER_BYTES);
  let body = "";
  for (let i = 0; i < length; i++) body += String.fromCharCode(Math.imul(i + 1, 0x9e3779b1) >>> 24);
  return `${TLS_RECORD}${numberText(length)}${body}`;
}

/** Fills HTTP headers up to a length with one that means nothing. */
function withPadding(head: string, bytes: number): string {
  const name = "X-Padding: ";
  const rest = bytes - head.length - END_OF_HEADERS.length;
  if (rest <= name.length) return `${head}\r\n`;
  return `${head}${name}${"x".repeat(rest - name.length)}${END_OF_HEADERS}`;
}

/** DNS over TCP tells its length first. */
function framed(protocol: Spoken["protocol"], message: string): string {
  return protocol === "TCP" ? `${numberText(message.length)}${message}` : message;
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
  return `${header}${query.slice(DNS_HEADER_BYTES)}${answer}`;
}
