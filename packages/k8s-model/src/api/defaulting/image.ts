/**
 * The tag of an image reference, `latest` where neither tag nor digest is given; undefined for a
 * text that is no image reference. Decides the pull policy.
 */
function imageTag(reference: string): string | undefined {
  const [beforeDigest = "", digest] = splitOnce(reference, "@");
  const slash = beforeDigest.lastIndexOf("/");
  const colon = beforeDigest.indexOf(":", slash + 1);
  const repository = colon < 0 ? beforeDigest : beforeDigest.slice(0, colon);
  if (!REPOSITORY.test(repository)) return undefined;
  if (digest !== undefined && !DIGEST.test(digest)) return undefined;
  if (colon >= 0) {
    const tag = beforeDigest.slice(colon + 1);
    return TAG.test(tag) ? tag : undefined;
  }
  return digest === undefined ? "latest" : "";
}

/** What `imagePullPolicy` becomes when it is not given. */
export function defaultPullPolicy(reference: string): "Always" | "IfNotPresent" {
  return imageTag(reference) === "latest" ? "Always" : "IfNotPresent";
}

const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
const HOST_PART = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
const DOMAIN = `(?:${HOST_PART}(?:\\.${HOST_PART})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const COMPONENT = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const REPOSITORY = new RegExp(`^(?:${DOMAIN}/)?${COMPONENT}(?:/${COMPONENT})*$`);

function splitOnce(text: string, separator: string): readonly [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}
