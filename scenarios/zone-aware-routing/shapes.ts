/** Where nodes, pods of the Service and callers are: so many in zones a, b and c. All nodes are alike. */
export const SHAPES = {
  even: { nodes: [4, 4, 4], pods: [4, 4, 4], callers: [4, 4, 4] },
  "4/4/3": { nodes: [4, 4, 4], pods: [4, 4, 3], callers: [4, 4, 4] },
  "uneven zones": { nodes: [7, 4, 1], pods: [4, 4, 4], callers: [7, 4, 1] },
  "uneven pods": { nodes: [4, 4, 4], pods: [7, 3, 2], callers: [4, 4, 4] },
  "zone without pods": { nodes: [4, 4, 4], pods: [6, 6, 0], callers: [4, 4, 4] },
  "pods follow load": { nodes: [4, 4, 4], pods: [8, 3, 1], callers: [8, 3, 1] },
  "uneven load": { nodes: [4, 4, 4], pods: [4, 4, 4], callers: [8, 3, 1] },
  autoscaled: { nodes: [4, 4, 4], pods: "one HPA", callers: [8, 3, 1] },
  "autoscaled by zone": { nodes: [4, 4, 4], pods: "an HPA each", callers: [8, 3, 1] },
} as const;

export type Shape = keyof typeof SHAPES;

/** `7/4/1`; what an autoscaler decides has no numbers. */
export function countsOf(shape: string, of: "nodes" | "pods" | "callers"): string {
  const counts = Object.hasOwn(SHAPES, shape) ? SHAPES[shape as Shape][of] : undefined;
  return Array.isArray(counts) ? counts.join("/") : String(counts ?? "");
}
