/** A path and how often it comes, relative to the others. */
export interface WeightedPath {
  readonly path: string;
  readonly weight: number;
}

/**
 * One round of paths in which each comes as often as it weighs, spread evenly (smooth weighted round robin): rare
 * and expensive paths do not come in bursts, and every run sends the same order.
 */
export function roundOf(paths: readonly WeightedPath[]): readonly string[] {
  const total = paths.reduce((sum, { weight }) => sum + weight, 0);
  const credit = paths.map(() => 0);
  return Array.from({ length: total }, () => {
    paths.forEach(({ weight }, i) => (credit[i] = (credit[i] ?? 0) + weight));
    const richest = credit.indexOf(Math.max(...credit));
    credit[richest] = (credit[richest] ?? 0) - total;
    return paths[richest]?.path ?? "/";
  });
}
