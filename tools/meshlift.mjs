#!/usr/bin/env node
// The command `meshlift`: brings in what the checkout lacks, then hands over to the compiled program under the
// project's own Node. Only syntax of old Nodes here and no static import of the rest, so that an old Node reads as far as
// the sentence about itself.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 10)) {
  console.error(
    "meshlift: Node " +
      process.versions.node +
      " is too old to start with; install Node 20.10 or newer and run the command again.",
  );
  process.exit(1);
}

const { bootstrap, environment, ROOT } = await import("./bootstrap/index.mjs");
const { projectNode } = await import("./bootstrap/node.mjs");
const { endLike, run } = await import("./bootstrap/run.mjs");

const [command, ...rest] = process.argv.slice(2);
const argv = command === "lab" ? ["bin/lab/main.js", ...rest] : ["bin/pipeline/main.js", ...process.argv.slice(2)];
try {
  await bootstrap();
  endLike(await run([projectNode(ROOT), `${ROOT}/${argv[0]}`, ...argv.slice(1)], { env: environment() }));
} catch (error) {
  console.error(`meshlift: ${error.message}`);
  process.exitCode = 1;
}
