import type { RequestOptions } from "node:https";
import { isList, isObject, listAt, objectAt, textAt, type JsonObject } from "../../core/json";
import type { LiveRoutes } from "../../core/ownership";
import { get, reasonOf } from "../http";
import { refusal } from "../refusal";

const TIMEOUT_SECONDS = 15;

/** What of a running cluster the program has to know before it may change anything; read-only. */
export interface LiveCluster {
  /** The VirtualService as the API server holds it, and its API version. */
  virtualService(namespace: string, name: string): Promise<LiveRoutes & { readonly apiVersion: string }>;
  /** Address of a Service of type LoadBalancer. */
  loadBalancerAddress(namespace: string, service: string): Promise<string>;
  /** Version of the istiod that runs there. */
  istioVersion(): Promise<string>;
}

/**
 * A running cluster, entered by its kubeconfig (text). The Kubernetes client library finds the credentials (exec
 * plugins, OIDC, certificates); it is loaded only here, as it takes half a second.
 *
 * @param setting where the cluster stands in the settings, for the sentences
 * @throws RunError with one sentence when the kubeconfig is unusable, the API server cannot be reached, or the object
 *   is not there
 */
export async function liveCluster(kubeconfig: string, setting: string): Promise<LiveCluster> {
  const { server, options } = await credentials(kubeconfig, setting);
  const read = (path: string): Promise<JsonObject | undefined> => readObject(server, path, options, setting);
  return {
    virtualService: async (namespace, name) => {
      const apiVersion = "networking.istio.io/v1";
      const found = await read(`/apis/${apiVersion}/namespaces/${namespace}/virtualservices/${name}`);
      if (found === undefined) {
        throw refusal({
          path: "aksAddon.route.virtualService",
          value: `${namespace}/${name}`,
          rule: `there is no such VirtualService on the source (${server})`,
          remedy:
            "name the VirtualService that the source's ingress gateway serves; `kubectl get virtualservices -A` lists them",
        });
      }
      return { ...liveRoutes(found, namespace, name), apiVersion };
    },
    loadBalancerAddress: async (namespace, service) => {
      const found = await read(`/api/v1/namespaces/${namespace}/services/${service}`);
      const [first] = listAt(objectAt(objectAt(found, "status"), "loadBalancer"), "ingress");
      const address = textAt(first, "ip") ?? textAt(first, "hostname");
      if (address !== undefined) return address;
      throw refusal({
        path: `${setting}.ingress`,
        value: `${namespace}/${service}`,
        rule: `${found === undefined ? "there is no such Service" : "the Service has no load balancer address"} on the source (${server})`,
        remedy: "name the Service of the ingress gateway that users reach",
      });
    },
    istioVersion: async () => {
      const found = await read("/apis/apps/v1/namespaces/istio-system/deployments?labelSelector=app%3Distiod");
      const version = listAt(found, "items")
        .map(imageVersion)
        .find((tag) => tag !== undefined);
      if (version !== undefined) return version;
      throw refusal({
        path: `${setting}.istioVersion`,
        rule: `no istiod with a version in its image tag was found in namespace istio-system of the source (${server})`,
        remedy: "write the version that the source runs, such as 1.31.0",
      });
    },
  };
}

interface Credentials {
  readonly server: string;
  readonly options: RequestOptions;
}

async function credentials(kubeconfig: string, setting: string): Promise<Credentials> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  const unusable = (reason: string): Error =>
    refusal({
      path: `${setting}.kubeconfig`,
      rule: `it is not a usable kubeconfig: ${reason}`,
      remedy: "give the output of `kubectl config view --minify --flatten` as a secret",
    });
  try {
    config.loadFromString(kubeconfig);
  } catch (error) {
    // A parser quotes the text around the mistake, and that text may be a key: only the kind of mistake is passed on.
    throw unusable(error instanceof Error ? error.name : "it cannot be read");
  }
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw unusable("its current-context names no cluster");
  const options: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    throw unusable(reasonOf(error));
  }
  return { server: cluster.server, options };
}

async function readObject(
  server: string,
  path: string,
  options: RequestOptions,
  setting: string,
): Promise<JsonObject | undefined> {
  const unreachable = (reason: string): Error =>
    refusal({
      path: setting,
      rule: `the API server of the source, ${server}, gave no usable answer: ${reason}`,
      remedy: "check that it is reachable from here and that the credentials are valid; nothing was changed",
    });
  try {
    const answer = await get(new URL(path, server), options, TIMEOUT_SECONDS);
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw new Error(`status ${String(answer.status)} for ${path}`);
    const value: unknown = JSON.parse(answer.body);
    return isObject(value) ? value : {};
  } catch (error) {
    throw unreachable(reasonOf(error));
  } finally {
    if (typeof options.agent === "object") options.agent.destroy();
  }
}

function liveRoutes(found: JsonObject, namespace: string, name: string): LiveRoutes {
  const metadata = objectAt(found, "metadata");
  const annotations = Object.entries(objectAt(metadata, "annotations") ?? {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  const managedFields = metadata?.["managedFields"];
  return {
    namespace,
    name,
    annotations: Object.fromEntries(annotations),
    http: listAt(objectAt(found, "spec"), "http").filter(isObject),
    managedFields: isList(managedFields) ? managedFields.filter(isObject) : [],
  };
}

/** `1.31.0` of the image `registry/pilot:1.31.0-distroless`. */
function imageVersion(deployment: unknown): string | undefined {
  const pod = objectAt(objectAt(objectAt(deployment, "spec"), "template"), "spec");
  const images = listAt(pod, "containers").map((container) => textAt(container, "image") ?? "");
  return images.map((image) => /:v?(\d+\.\d+\.\d+)[^/:]*$/.exec(image)?.[1]).find((version) => version !== undefined);
}
