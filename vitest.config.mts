import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** Tests that need no lab: plain functions, mocks of Pulumi's engine, files. */
export default defineConfig({
  test: {
    // Only sources: bin/ holds the same tests compiled, and compiled CommonJS cannot load vitest.
    include: ["test/**/*.test.ts"],
    exclude: ["test/lab/**", "**/*.lab.test.ts", "node_modules/**", "bin/**"],
    // Pulumi's mocks are one per process: each file gets a process of its own.
    pool: "forks",
    isolate: true,
    // One more than there are processors: some files mostly wait (for other processes, for a server's answers).
    maxWorkers: availableParallelism() + 1,
    // What the program would tell its user is noise, unless the test failed.
    silent: "passed-only",
    testTimeout: 20_000,
    allowOnly: false,
    passWithNoTests: false,
  },
});
