import { spawn } from "node:child_process";
import { join } from "node:path";
import { loadAll } from "js-yaml";
import type { KubeObject } from "../../kube";
import { isObject, type JsonObject } from "../json";

export type ChartName = "base" | "istiod" | "gateway";

/** Renders Istio's charts; equal questions are answered from memory, because rendering takes a second of processor time. */
export class Charts {
  readonly #helm: string;
  readonly #folder: string;
  readonly #version: string;
  readonly #kubernetesVersion: string;
  readonly #home: string;
  readonly #rendered = new Map<string, Promise<readonly KubeObject[]>>();

  /**
   * @param options.helm path of the executable
   * @param options.folder where the packaged charts are
   * @param options.home folder that helm may write to
   */
  constructor(options: { helm: string; folder: string; version: string; kubernetesVersion: string; home: string }) {
    this.#helm = options.helm;
    this.#folder = options.folder;
    this.#version = options.version;
    this.#kubernetesVersion = options.kubernetesVersion;
    this.#home = options.home;
  }

  /** The chart's objects, as `helm install RELEASE` would create them, with the namespace set. */
  render(chart: ChartName, release: string, namespace: string, values: JsonObject): Promise<readonly KubeObject[]> {
    const key = JSON.stringify([chart, release, namespace, values]);
    const known = this.#rendered.get(key);
    if (known !== undefined) return known;
    const rendered = this.#template(chart, release, namespace, values);
    this.#rendered.set(key, rendered);
    rendered.catch(() => this.#rendered.delete(key));
    return rendered;
  }

  async #template(
    chart: ChartName,
    release: string,
    namespace: string,
    values: JsonObject,
  ): Promise<readonly KubeObject[]> {
    const archive = join(this.#folder, `${chart}-${this.#version}.tgz`);
    const version = ["--kube-version", this.#kubernetesVersion];
    const text = await this.#run(
      ["template", release, archive, "-n", namespace, ...version, "-f", "-"],
      JSON.stringify(values),
    );
    return loadAll(text).filter(isObject).map(asKubeObject);
  }

  #run(args: readonly string[], input: string): Promise<string> {
    const home = this.#home;
    const folders = { HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home };
    return new Promise((resolve, reject) => {
      const child = spawn(this.#helm, args, { env: { ...process.env, ...folders } });
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
      child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
      child.once("error", reject);
      child.once("close", (code) => {
        if (code === 0) resolve(Buffer.concat(out).toString("utf8"));
        else
          reject(new Error(`helm ${args.slice(0, 3).join(" ")} failed: ${Buffer.concat(err).toString("utf8").trim()}`));
      });
      child.stdin.end(input);
    });
  }
}

function asKubeObject(object: JsonObject): KubeObject {
  const { apiVersion, kind, metadata } = object;
  const complete = typeof apiVersion === "string" && typeof kind === "string" && isObject(metadata);
  if (!complete)
    throw new Error(`a chart rendered an object without apiVersion, kind or metadata: ${JSON.stringify(object)}`);
  return object as unknown as KubeObject;
}
