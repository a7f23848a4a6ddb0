import { type KubeClient, type KubeObject, waitFor } from "../../kube";
import { isObject, listAt, objectAt, textAt, valueAt } from "../json";
import { applyAll, namespace, removeAll } from "./apply";
import type { Charts } from "./charts";
import { ADDON_MANAGER, gatewayName, INGRESS_NAMESPACE, type IngressMode, SYSTEM_NAMESPACE } from "./names";
import { blockedKinds, meshConfigWebhook, POLICY_PATHS } from "./policy";
import { baseValues, gatewayValues, istiodValues } from "./values";

const READY_SECONDS = 180;
const POLL_MS = 200;
const MODES: readonly IngressMode[] = ["External", "Internal"];

/** What the cluster's `serviceMeshProfile` asks for. */
export interface MeshWish {
  readonly revision: string;
  readonly gateways: readonly IngressMode[];
}

/** The part of `serviceMeshProfile` that installing needs, or undefined when the mesh is off. */
export function meshWish(profile: unknown): MeshWish | undefined {
  const revision = listAt(profile, "istio", "revisions").at(-1);
  if (valueAt(profile, "mode") !== "Istio" || typeof revision !== "string") return undefined;
  const enabled = listAt(profile, "istio", "components", "ingressGateways").filter(
    (one) => valueAt(one, "enabled") === true,
  );
  return { revision, gateways: MODES.filter((mode) => enabled.some((one) => valueAt(one, "mode") === mode)) };
}

export interface WebhookAddress {
  readonly url: string;
  readonly caBundle: string;
}

/** Installs, changes and removes the add-on in one cluster. Every step may be repeated. */
export class Mesh {
  readonly #charts: Charts;
  readonly #webhook: WebhookAddress;

  constructor(charts: Charts, webhook: WebhookAddress) {
    this.#charts = charts;
    this.#webhook = webhook;
  }

  /** Renders what `install` will need, to have it done while a cluster is being made. */
  async prepare(wish: MeshWish): Promise<void> {
    await Promise.all([
      this.#base(wish.revision),
      this.#istiod(wish.revision),
      ...wish.gateways.map((mode) => this.#gateway(mode, wish.revision)),
    ]);
  }

  /** Brings the cluster to the wish and waits until istiod and the gateways are ready and the gateways have addresses. */
  async install(kube: KubeClient, wish: MeshWish): Promise<void> {
    const revision = wish.revision;
    await applyAll(kube, [namespace(SYSTEM_NAMESPACE), namespace(INGRESS_NAMESPACE)]);
    // CRDs are not awaited: istiod watches for them, and users' objects come later.
    await Promise.all([
      this.#istiod(revision).then((objects) => applyAll(kube, objects)),
      this.#base(revision).then((objects) => applyAll(kube, objects)),
      applyAll(kube, [...blockedKinds(), meshConfigWebhook(this.#webhook.url, this.#webhook.caBundle)]),
    ]);
    await available(kube, SYSTEM_NAMESPACE, `istiod-${revision}`);
    await injects(kube, revision);
    for (const mode of MODES) {
      const objects = await this.#gateway(mode, revision);
      if (wish.gateways.includes(mode)) await applyAll(kube, objects);
      else await removeAll(kube, objects);
    }
    await Promise.all(
      wish.gateways.map(async (mode) => {
        await available(kube, INGRESS_NAMESPACE, `${gatewayName(mode)}-${revision}`);
        await addressed(kube, gatewayName(mode));
      }),
    );
  }

  /** Removes the add-on with its namespaces and CRDs, and thereby all Istio objects of the user. */
  async uninstall(kube: KubeClient, revision: string): Promise<void> {
    for (const path of POLICY_PATHS) await kube.remove(path);
    for (const mode of MODES) await removeAll(kube, await this.#gateway(mode, revision));
    await removeAll(kube, await this.#istiod(revision));
    await removeAll(kube, await this.#base(revision));
    await removeAll(kube, [namespace(INGRESS_NAMESPACE), namespace(SYSTEM_NAMESPACE)]);
  }

  #base(revision: string): Promise<readonly KubeObject[]> {
    return this.#charts.render("base", ADDON_MANAGER, SYSTEM_NAMESPACE, baseValues(revision));
  }

  async #istiod(revision: string): Promise<readonly KubeObject[]> {
    const rendered = await this.#charts.render(
      "istiod",
      `istiod-${revision}`,
      SYSTEM_NAMESPACE,
      istiodValues(revision),
    );
    return rendered.map(withQuickProbe);
  }

  async #gateway(mode: IngressMode, revision: string): Promise<readonly KubeObject[]> {
    const name = gatewayName(mode);
    const rendered = await this.#charts.render(
      "gateway",
      `${name}-${revision}`,
      INGRESS_NAMESPACE,
      gatewayValues(mode, revision),
    );
    return rendered.map((object) =>
      object.kind === "Service" ? { ...object, metadata: { ...object.metadata, name } } : object,
    );
  }
}

/** The chart probes istiod every 3 s; every second makes a new mesh ready up to 2 s earlier. */
function withQuickProbe(object: KubeObject): KubeObject {
  if (object.kind !== "Deployment") return object;
  const copy = structuredClone(object) as unknown;
  for (const container of listAt(copy, "spec", "template", "spec", "containers")) {
    const probe: unknown = valueAt(container, "readinessProbe");
    if (isObject(probe)) Object.assign(probe, { periodSeconds: 1 });
  }
  return copy as KubeObject;
}

async function available(kube: KubeClient, space: string, deployment: string): Promise<void> {
  const path = `/apis/apps/v1/namespaces/${space}/deployments/${deployment}`;
  await waitFor(
    `deployment ${space}/${deployment} to be available`,
    READY_SECONDS,
    async () => {
      const found = await kube.get(path);
      const wanted = valueAt(found, "spec", "replicas");
      const status = objectAt(found, "status");
      return valueAt(status, "updatedReplicas") === wanted && valueAt(status, "availableReplicas") === wanted;
    },
    POLL_MS,
  );
}

/** Asks by dry run, because a pod that is created before the webhook answers makes its ReplicaSet back off for a long time. */
async function injects(kube: KubeClient, revision: string): Promise<void> {
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "injection-check",
      labels: { "sidecar.istio.io/inject": "true", "istio.io/rev": revision },
      annotations: { "inject.istio.io/templates": "gateway" },
    },
    spec: { containers: [{ name: "istio-proxy", image: "auto" }] },
  };
  const path = `/api/v1/namespaces/${INGRESS_NAMESPACE}/pods?dryRun=All`;
  await waitFor(
    "the injection webhook to answer",
    READY_SECONDS,
    async () => {
      const answer = await kube.request("POST", path, pod);
      return textAt(listAt(answer, "spec", "containers")[0], "image") !== "auto";
    },
    POLL_MS,
  );
}

async function addressed(kube: KubeClient, service: string): Promise<void> {
  const path = `/api/v1/namespaces/${INGRESS_NAMESPACE}/services/${service}`;
  await waitFor(
    `an address for ${service}`,
    READY_SECONDS,
    async () => {
      const ingress = listAt(await kube.get(path), "status", "loadBalancer", "ingress")[0];
      return textAt(ingress, "ip") !== undefined;
    },
    POLL_MS,
  );
}
