import { BaseSequencer, type TestSpecification } from "vitest/node";
import { defineConfig } from "vitest/config";

/** By name: each run takes the same way through the lab, whatever failed or was slow the last time. */
class ByName extends BaseSequencer {
  public override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return Promise.resolve([...files].sort((a, b) => a.moduleId.localeCompare(b.moduleId)));
  }
}

/** Tests that need the lab. There is one lab on a machine, so there is one file at a time. */
export default defineConfig({
  test: {
    include: ["test/lab/**/*.lab.test.ts"],
    exclude: ["node_modules/**", "bin/**"],
    pool: "forks",
    fileParallelism: false,
    maxWorkers: 1,
    sequence: { sequencer: ByName },
    // A whole migration is one test; the first hook may build the lab's tools.
    testTimeout: 30 * 60_000,
    hookTimeout: 40 * 60_000,
    teardownTimeout: 5 * 60_000,
    allowOnly: false,
    passWithNoTests: false,
  },
});
