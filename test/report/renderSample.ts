import { writeFileSync } from "node:fs";
import { renderReport } from "../../report/html";
import { stepTable } from "../../report/table";
import { sample } from "./sample";

// For looking at the page: `node bin/test/report/renderSample.js FILE [numbers of lost requests]`.
const [file = "sample.html", ...lost] = process.argv.slice(2);
const { report, series } = sample({ lost: lost.map(Number) });
writeFileSync(file, renderReport(report, series));
process.stdout.write(`${stepTable(report)}\n`);
