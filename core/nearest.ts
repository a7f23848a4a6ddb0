/**
 * The candidates that a mistyped word most likely meant, best first; none when nothing comes close.
 *
 * Close is at most a third of the word's length in edits (at least one, at most four): enough for a typo, too
 * little to suggest something unrelated.
 */
export function nearest(word: string, candidates: readonly string[], most = 3): readonly string[] {
  const wanted = word.toLowerCase();
  const allowed = Math.min(4, Math.max(1, Math.floor(wanted.length / 3)));
  return [...new Set(candidates)]
    .map((candidate) => ({ candidate, distance: distance(wanted, candidate.toLowerCase(), allowed) }))
    .filter((entry) => entry.distance <= allowed)
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .filter((entry, _, all) => entry.distance === all[0]?.distance)
    .slice(0, most)
    .map((entry) => entry.candidate);
}

/** "did you mean a or b? " for the front of a remedy; empty when nothing is near. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates);
  return near.length === 0 ? "" : `did you mean ${near.map((name) => JSON.stringify(name)).join(" or ")}? Otherwise `;
}

/** Optimal string alignment distance (a swap of neighbours counts once); `limit + 1` when it is certainly above. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let best = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        best = Math.min(best, (before[column - 2] ?? 0) + 1);
      }
      current.push(best);
    }
    before = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}
