import { execFile } from "node:child_process";
import { join } from "node:path";

/** What the lab takes at this moment, in MiB, by its own command; throws when the command says something else. */
export function labMemory(projectDir: string): Promise<number> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [join(projectDir, "bin", "lab", "main.js"), "memory"], (error, stdout) => {
      if (error !== null) {
        reject(new Error(`\`meshlift lab memory\` failed: ${error.message}`));
        return;
      }
      const found = (JSON.parse(stdout) as { readonly mebibytes?: unknown }).mebibytes;
      if (typeof found === "number") resolve(found);
      else reject(new Error(`\`meshlift lab memory\` printed no mebibytes: ${stdout.slice(0, 200)}`));
    });
  });
}
