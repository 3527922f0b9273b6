/** Whether text matches a pattern in which `*` stands for any text and `?` for one character. */
export function matchesGlob(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let starText = 0;
  while (t < text.length) {
    if (pattern[p] === "*") {
      star = p;
      starText = t;
      p += 1;
    } else if (p < pattern.length && (pattern[p] === "?" || pattern[p] === text[t])) {
      p += 1;
      t += 1;
    } else if (star !== -1) {
      // Let the last star take one character more; earlier ones never need to change.
      starText += 1;
      t = starText;
      p = star + 1;
    } else {
      return false;
    }
  }
  while (pattern[p] === "*") p += 1;
  return p === pattern.length;
}

const SHORT_NAMES: Readonly<Record<string, string>> = {
  cm: "configmap",
  deploy: "deployment",
  ds: "daemonset",
  hpa: "horizontalpodautoscaler",
  ing: "ingress",
  netpol: "networkpolicy",
  no: "node",
  ns: "namespace",
  pdb: "poddisruptionbudget",
  po: "pod",
  rs: "replicaset",
  sts: "statefulset",
  svc: "service",
};

/** Whether a kind is meant by `Service`, `services`, `svc` or a pattern, in any case. */
export function matchesKind(wanted: string, kind: string): boolean {
  const name = wanted.toLowerCase();
  const full = Object.hasOwn(SHORT_NAMES, name) ? (SHORT_NAMES[name] as string) : name;
  const lower = kind.toLowerCase();
  return matchesGlob(full, lower) || full === plural(lower);
}

function plural(kind: string): string {
  if (/(?:s|x|ch)$/.test(kind)) return `${kind}es`;
  if (/[^aeiou]y$/.test(kind)) return `${kind.slice(0, -1)}ies`;
  return `${kind}s`;
}
