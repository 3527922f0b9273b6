/** Who connects to what, as a user writes it. */
export interface ConnectionQuestion {
  /** `namespace/name` of the pod, or the beginning of its name. */
  readonly pod: string;
  /** `namespace/name`. */
  readonly service: string;
  readonly port: number | string | undefined;
}

/** A question that cannot be understood, or that names nothing of the cluster. */
export class ConnectionQuestionError extends Error {
  readonly code: string;
  readonly remedy: string;

  constructor(code: string, message: string, remedy: string) {
    super(message);
    this.name = "ConnectionQuestionError";
    this.code = code;
    this.remedy = remedy;
  }
}

const SHAPE =
  /^\s*(?:([^\s/]+)\/)?(?:pods?|po)\/([^\s/]+)\s*(?:->|→)\s*(?:([^\s/]+)\/)?(?:svc|services?)\/([^\s/:]+)(?::([^\s/:]+))?\s*$/;

/** Reads `[ns/]pod/A -> [ns/]svc/B:port`. A Service without namespace is in the pod's. */
export function parseConnectionQuestion(
  text: string,
  namespace: string = "default",
): ConnectionQuestion {
  const match = SHAPE.exec(text);
  if (match === null) {
    throw new ConnectionQuestionError(
      "bad-connection-question",
      `"${text}" is not of the form [NAMESPACE/]pod/NAME -> [NAMESPACE/]svc/NAME:PORT.`,
      "write for example 'shop/pod/storefront-1 -> svc/basket:9191'.",
    );
  }
  const [, podNamespace = namespace, pod, serviceNamespace = podNamespace, service, port] = match;
  return {
    pod: `${podNamespace}/${pod}`,
    service: `${serviceNamespace}/${service}`,
    port: port !== undefined && /^\d+$/.test(port) ? Number(port) : port,
  };
}
