import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** What a report carries inside itself, as text. */
export interface Assets {
  /** uPlot as a script that defines the global `uPlot` */
  readonly script: string;
  readonly style: string;
}

/** Reads uPlot from the installed package; throws when it is not installed. */
export function readAssets(): Assets {
  const { resolve } = createRequire(__filename);
  return {
    script: readFileSync(resolve("uplot/dist/uPlot.iife.min.js"), "utf8").trim(),
    style: readFileSync(resolve("uplot/dist/uPlot.min.css"), "utf8").trim(),
  };
}
