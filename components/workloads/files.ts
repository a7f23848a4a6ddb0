import { readFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { ManifestFile } from "../../core/manifests/read";
import { accept, refuse, type Problem, type Result } from "../../core/problems";

/**
 * The user's manifest files with their contents, or every file that cannot be read.
 *
 * @param folder the folder that relative paths start from
 * @param setting where the paths stand in the settings, for the sentences
 */
export function readManifestFiles(
  paths: readonly string[],
  folder: string,
  setting: string,
): Result<readonly ManifestFile[]> {
  const problems: Problem[] = [];
  const files: ManifestFile[] = [];
  paths.forEach((file, index) => {
    const location = isAbsolute(file) ? file : join(folder, file);
    try {
      files.push({ file, text: readFileSync(location, "utf8") });
    } catch (error) {
      problems.push({
        path: `${setting}[${String(index)}]`,
        value: file,
        rule: `the file cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)}; looked for ${location})`,
        remedy: "correct the path; it is relative to the folder of Pulumi.yaml, or absolute",
      });
    }
  });
  return problems.length > 0 ? refuse(...problems) : accept(files);
}
