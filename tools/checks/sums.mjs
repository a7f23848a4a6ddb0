// Sums test results: `node sums.mjs FOLDER PART...`, each part with FOLDER/PART.json (vitest) and FOLDER/PART.code (its exit
// code). Prints what failed and, as its very last line, "N passed, N failed". Exits 1 if anything failed.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * One part's result. Whatever keeps a part from proving something is at least one failure: no results, no test, a skipped
 * test (a broken hook skips the tests it was to serve), a bad exit.
 * @returns `{ passed, failed, notes }`
 */
export function judge(part, results, exitCode) {
  if (results === undefined)
    return { passed: 0, failed: 1, notes: [`${part}: no results were written (exit code ${exitCode})`] };
  const tests = results.testResults.flatMap((file) =>
    file.assertionResults.map((test) => ({ file: file.name, ...test })),
  );
  const passed = tests.filter((test) => test.status === "passed").length;
  const others = tests.filter((test) => test.status !== "passed");
  const notes = others.map((test) => `${part}: ${test.status}: ${test.fullName}`);
  for (const file of results.testResults) {
    if (file.status === "failed" && file.assertionResults.every((test) => test.status === "passed")) {
      notes.push(`${part}: the file ${file.name} failed: ${String(file.message).split("\n")[0]}`);
    }
  }
  if (tests.length === 0) notes.push(`${part}: no test ran`);
  if (notes.length === 0 && exitCode !== 0)
    notes.push(`${part}: every test passed and yet the exit code was ${exitCode}`);
  return { passed, failed: notes.length, notes };
}

function main([folder, ...parts]) {
  let passed = 0;
  let failed = 0;
  for (const part of parts) {
    const file = join(folder, `${part}.json`);
    const exitCode = Number(readFileSync(join(folder, `${part}.code`), "utf8"));
    const result = judge(part, existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined, exitCode);
    for (const note of result.notes) console.log(note);
    console.log(`${part}: ${result.passed} passed, ${result.failed} failed`);
    passed += result.passed;
    failed += result.failed;
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2));
