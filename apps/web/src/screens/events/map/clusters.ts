export interface Spot {
  readonly id: number;
  readonly x: number;
  readonly y: number;
  /** How many people. */
  readonly weight: number;
}

export interface Cluster {
  readonly x: number;
  readonly y: number;
  readonly weight: number;
  /** In the order that they were given in. */
  readonly ids: readonly number[];
}

/** Puts together what would lie on one another: each spot joins the first cluster that began within `reach` of it. */
export function clustersOf(spots: readonly Spot[], reach: number): Cluster[] {
  const clusters: { x: number; y: number; weight: number; ids: number[] }[] = [];
  for (const { id, x, y, weight } of spots) {
    const near = clusters.find((other) => Math.hypot(other.x - x, other.y - y) < reach);
    if (near === undefined) clusters.push({ x, y, weight, ids: [id] });
    else {
      near.ids.push(id);
      near.weight += weight;
    }
  }
  return clusters;
}
