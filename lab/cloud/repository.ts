import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { basename, join } from "node:path";

/** A Helm chart repository: the files of one folder (index.yaml and archives), nothing below it. */
export function chartRepository(folder: string): Server {
  return createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://lab").pathname;
    // A name without separators cannot leave the folder.
    const file = join(folder, basename(decodeURIComponent(path)));
    void stat(file).then(
      (found) => {
        if (!found.isFile() || request.method !== "GET") {
          response.writeHead(404).end();
          return;
        }
        const type = file.endsWith(".yaml") ? "application/yaml" : "application/octet-stream";
        response.writeHead(200, { "content-type": type, "content-length": found.size });
        createReadStream(file).pipe(response);
      },
      () => response.writeHead(404).end(),
    );
  });
}
