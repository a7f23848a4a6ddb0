import { percentile, type Bucket } from "../core/rehearsal/series";
import { shortfalls } from "../core/rehearsal/report";
import type { NarratedStep, RehearsalReport, StepResult } from "../core/rehearsal/types";
import { readAssets, type Assets } from "./assets";
import { CHART_SCRIPT } from "./charts";
import { chartData } from "./columns";
import { duration, memory, seconds, whole } from "./format";
import { html, jsonText, verbatim, type Markup } from "./markup";
import { COLUMNS } from "./rows";
import { STYLE } from "./style";

/** The page may run its own script and style and nothing else: it works from a file and never asks the network. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

function verdict(report: RehearsalReport): Markup {
  const missing = shortfalls(report);
  if (missing.length === 0) {
    return html`<p class="verdict good">✔ Proven: every weight agrees, no request was lost or answered twice.</p>`;
  }
  return html`<div class="verdict bad">
    ✘ Not proven:
    <ul>
      ${missing.map((sentence) => html`<li>${sentence}</li>`)}
    </ul>
  </div>`;
}

function figures(report: RehearsalReport): Markup {
  const figure = (name: string, value: string, bad = false): Markup =>
    html`<div class="${bad ? "bad" : "plain"}">
      <dt>${name}</dt>
      <dd>${value}</dd>
    </div>`;
  return html`<dl class="figures">
    ${figure("Requests", whole(report.requests))} ${figure("Lost", whole(report.lost), report.lost > 0)}
    ${figure("Answered twice", whole(report.duplicates), report.duplicates > 0)}
    ${figure("Duration", duration(report.seconds))} ${figure("Peak memory", memory(report.peakMemoryMiB))}
  </dl>`;
}

function chart(id: string, label: string, caption: string): Markup {
  return html`<figure>
    <div class="chart" id="${id}" role="img" aria-label="${label}"></div>
    <figcaption>${caption}</figcaption>
  </figure>`;
}

/** The charts in words, for those who do not see them. */
function summaries(
  report: RehearsalReport,
  series: readonly Bucket[],
): { share: string; latency: string; errors: string } {
  const steps = report.steps.map(
    (step) =>
      `at ${String(step.weight)} % weight ${COLUMNS[3]?.cell(step) ?? ""} (${step.agrees ? "agrees" : "does not agree"})`,
  );
  const sorted = (pick: (bucket: Bucket) => number | null): number[] =>
    series.flatMap((bucket) => pick(bucket) ?? []).sort((a, b) => a - b);
  const [half, most] = [sorted((bucket) => bucket.p50), sorted((bucket) => bucket.p99)];
  const ms = (value: number | null | undefined): string => `${(value ?? 0).toFixed(1)} ms`;
  const lossy = series.filter((bucket) => bucket.lost > 0).length;
  return {
    share: `Share of the target over time: ${steps.join("; ")}.`,
    latency:
      `Latency second by second: the median is typically ${ms(percentile(half, 0.5))} and at most ${ms(half.at(-1))}; ` +
      `99 of 100 are typically within ${ms(percentile(most, 0.5))} and in the worst second within ${ms(most.at(-1))}.`,
    errors:
      `${whole(series.reduce((sum, bucket) => sum + bucket.requests, 0))} requests over ${duration(series.length)}; ` +
      (lossy === 0 ? "no second with a lost request." : `requests were lost in ${String(lossy)} seconds.`),
  };
}

function stepRow(step: StepResult): Markup {
  return html`<tr>
    ${COLUMNS.map(({ title, cell }, index) => {
      if (index === 0) return html`<th scope="row">${cell(step)}</th>`;
      const bad = (title === "Agrees" && !step.agrees) || (title === "Lost" && step.lost > 0);
      return bad ? html`<td class="bad">${cell(step)}</td>` : html`<td>${cell(step)}</td>`;
    })}
  </tr>`;
}

function steps(report: RehearsalReport): Markup {
  return html`<section aria-labelledby="steps">
    <h2 id="steps">Weights</h2>
    <p>Counted from a fixed time after each update had ended until the next one began, by the pods that answered.</p>
    <div class="scroll" tabindex="0" role="region" aria-labelledby="steps">
      <table id="weights">
        <thead>
          <tr>
            ${COLUMNS.map(({ title, meaning }) => html`<th scope="col" title="${meaning}">${title}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${report.steps.map(stepRow)}
        </tbody>
      </table>
    </div>
    <dl class="meanings">
      ${COLUMNS.map(
        ({ title, meaning }) =>
          html`<dt>${title}:</dt>
            <dd>${meaning}</dd>`,
      )}
    </dl>
  </section>`;
}

function story(narrated: readonly NarratedStep[]): Markup {
  const row = (step: NarratedStep, index: number): Markup =>
    html`<tr>
      <td>${index + 1}</td>
      <th scope="row">${step.title}</th>
      <td>${step.evidence}</td>
      <td>${seconds(step.seconds)}</td>
    </tr>`;
  return html`<section aria-labelledby="story">
    <h2 id="story">Steps and their evidence</h2>
    <table class="story" id="narrated">
      <thead>
        <tr>
          <th scope="col">No.</th>
          <th scope="col">Step</th>
          <th scope="col">Evidence</th>
          <th scope="col">Took</th>
        </tr>
      </thead>
      <tbody>
        ${narrated.map(row)}
      </tbody>
    </table>
  </section>`;
}

/**
 * One HTML file that holds everything it shows. `series` are the buckets of `shareOverTime`.
 * `assets` default to the installed uPlot; throws when that is missing.
 */
export function renderReport(
  report: RehearsalReport,
  series: readonly Bucket[],
  assets: Assets = readAssets(),
): string {
  const words = summaries(report, series);
  const data = chartData(series, report.narrated);
  const numbers = data.marks.length === 0 ? "" : " Dotted lines are the numbered steps below.";
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <title>Rehearsal of ${report.migration}</title>
        <style>
          ${verbatim(assets.style)}${verbatim(STYLE)}
        </style>
      </head>
      <body>
        <header>
          <h1>Rehearsal of ${report.migration}</h1>
          <p>
            Begun
            <time datetime="${report.startedAt}">${report.startedAt.replace("T", " ").replace(/\.\d+Z$/, " UTC")}</time>
          </p>
          ${verdict(report)} ${figures(report)}
        </header>
        <main>
          <h2>Weight and observed share</h2>
          ${chart("share", words.share, `The black step is the weight, the blue line the share of the target second by second, the blue area where chance alone may take it (99.99 %).${numbers}`)}
          <h2>Latency</h2>
          ${chart("latency", words.latency, words.latency)}
          <h2>Requests and losses</h2>
          ${chart("errors", words.errors, words.errors)}
          <noscript><p>The charts need JavaScript; the tables below hold the proof without it.</p></noscript>
          ${steps(report)} ${story(report.narrated)}
        </main>
        <script type="application/json" id="data">
          ${jsonText(data)}
        </script>
        <script>
          ${verbatim(assets.script)};
        </script>
        <script>
          ${verbatim(CHART_SCRIPT)};
        </script>
      </body>
    </html> `.text;
}
