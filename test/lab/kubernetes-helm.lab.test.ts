import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile, mkdir } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Inputs, Secret } from "../../lab/providers/kit/index";
import { initFailure } from "../providers/support/driver";
import { refusal, useProvider } from "../providers/support/fixture";

const RELEASE = "kubernetes:helm.sh/v3:Release";
const LOGIN = `Basic ${Buffer.from("reader:pass-of-the-repository").toString("base64")}`;

const lab = useProvider();
let folder: string;
let repository: Server;
let repositoryUrl: string;

// A chart of one ConfigMap and one Secret, packaged in two versions and served over HTTP behind a login.
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "meshlift-chart-"));
  const helm = (args: readonly string[]): Promise<unknown> =>
    promisify(execFile)(path.join(lab.tools.bin, "helm"), args);
  const chart = path.join(folder, "greeting");
  await mkdir(path.join(chart, "templates"), { recursive: true });
  await writeFile(
    path.join(chart, "templates", "all.yaml"),
    `apiVersion: v1
kind: ConfigMap
metadata: { name: "{{ .Release.Name }}" }
data: { text: {{ .Values.text | quote }} }
---
apiVersion: v1
kind: Secret
metadata: { name: "{{ .Release.Name }}" }
stringData: { token: {{ .Values.token | quote }} }
`,
  );
  await writeFile(path.join(chart, "values.yaml"), "text: hello\ntoken: none\n");
  for (const version of ["1.0.0", "1.1.0"]) {
    await writeFile(
      path.join(chart, "Chart.yaml"),
      `apiVersion: v2\nname: greeting\nversion: ${version}\nappVersion: "7"\n`,
    );
    await helm(["package", chart, "--destination", folder]);
  }
  await helm(["repo", "index", folder]);
  repository = createServer((request, response) => {
    if (request.headers.authorization !== LOGIN) {
      response.writeHead(401).end();
      return;
    }
    readFile(path.join(folder, path.basename(request.url ?? ""))).then(
      (content) => response.end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => repository.listen(0, "127.0.0.1", resolve));
  repositoryUrl = `http://127.0.0.1:${String((repository.address() as AddressInfo).port)}`;
});

afterAll(async () => {
  repository.close();
  await rm(folder, { recursive: true, force: true });
});

function release(version: string, values: Inputs, repositoryOpts?: Inputs): Inputs {
  const login = { repo: repositoryUrl, username: "reader", password: new Secret("pass-of-the-repository") };
  return {
    chart: "greeting",
    name: "hello",
    namespace: "greetings",
    createNamespace: true,
    timeout: 60,
    version,
    repositoryOpts: repositoryOpts ?? login,
    values: { token: new Secret("token-of-the-release"), ...values },
  };
}

async function greeting(): Promise<string> {
  return lab.api.kubectl(["-n", "greetings", "get", "configmap", "hello", "-o", "jsonpath={.data.text}"]);
}

describe("Helm releases", () => {
  it("are installed, changed, read and removed by helm itself", async () => {
    const made = await lab.provider.create(RELEASE, "hello", release("1.0.0", {}));
    expect(made.id).toBe("greetings/hello");
    expect(made.outputs["status"]).toEqual({
      name: "hello",
      namespace: "greetings",
      chart: "greeting",
      version: "1.0.0",
      appVersion: "7",
      revision: 1,
      status: "deployed",
    });
    expect(made.outputs["resourceNames"]).toEqual({ "ConfigMap.core/v1": ["hello"], "Secret.core/v1": ["hello"] });
    expect(await greeting()).toBe("hello");
    expect(await lab.provider.diff(RELEASE, made, release("1.0.0", {}))).toMatchObject({ changes: false });
    const news = release("1.1.0", { text: "good day" });
    expect((await lab.provider.diff(RELEASE, made, news)).detailed).toEqual({
      version: "update",
      "values.text": "add",
    });
    const updated = await lab.provider.update(RELEASE, made, news);
    expect(updated.outputs["status"]).toMatchObject({ revision: 2, version: "1.1.0" });
    expect(await greeting()).toBe("good day");
    expect(await lab.provider.read(RELEASE, updated)).toMatchObject({ id: made.id, inputs: updated.inputs });
    await lab.provider.delete(RELEASE, updated);
    expect(await lab.provider.read(RELEASE, updated)).toBeUndefined();
    await lab.provider.delete(RELEASE, updated);
  });

  it("keep secret values secret in the state and leave no file behind", async () => {
    const made = await lab.provider.create(RELEASE, "hello", release("1.0.0", {}));
    expect(JSON.stringify(made.outputs)).not.toMatch(/token-of-the-release|pass-of-the-repository/);
    expect((await readdir(tmpdir())).filter((name) => name.startsWith("meshlift-helm-"))).toEqual([]);
    await lab.provider.delete(RELEASE, made);
  });

  it("are another release under another name", async () => {
    const made = await lab.provider.create(RELEASE, "hello", release("1.0.0", {}));
    const diff = await lab.provider.diff(RELEASE, made, { ...release("1.0.0", {}), name: "other" });
    expect(diff.replaces).toEqual(["name"]);
    await lab.provider.delete(RELEASE, made);
  });

  it("say in one sentence why they failed, and stay in the state when the cluster has them", async () => {
    const { message } = await refusal(lab.provider.create(RELEASE, "hello", release("9.9.9", {})));
    expect(message).toMatch(/^Helm release greetings\/hello did not succeed: .*9\.9\.9/);
    expect(message).not.toContain("\n");
    // The release is recorded (as a Secret), then the API server refuses its object.
    const made = await lab.provider.create(RELEASE, "hello", release("1.0.0", {}));
    await lab.api.kubectl(["create", "quota", "full", "-n", "greetings", "--hard=configmaps=0"]);
    const other = { ...release("1.0.0", {}), name: "refused" };
    const failure = initFailure(await refusal(lab.provider.create(RELEASE, "refused", other)));
    expect(failure).toMatchObject({ id: "greetings/refused", outputs: { status: { status: "failed" } } });
    await lab.provider.delete(RELEASE, made);
  });
});
