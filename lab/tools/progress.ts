export type Progress = (line: string) => void;

/** `74.25` -> `74.3 s`, from two minutes on `2 min 05 s`. */
export function elapsed(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${String(Math.floor(whole / 60))} min ${String(whole % 60).padStart(2, "0")} s`;
}

/**
 * Runs one long piece of work and says so: when it starts, every 30 s that it still runs (a silent terminal looks like a
 * hanging one), and how long it took.
 */
export async function timed<T>(progress: Progress, title: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const spent = (): string => elapsed(performance.now() - start);
  progress(`${title} ...`);
  const heartbeat = setInterval(() => {
    progress(`${title}: still working, ${spent()}`);
  }, 30_000);
  try {
    const result = await work();
    progress(`${title}: done in ${spent()}`);
    return result;
  } finally {
    clearInterval(heartbeat);
  }
}
