import { Namespace } from "@pulumi/kubernetes/core/v1";
import { Release } from "@pulumi/kubernetes/helm/v3/release";
import * as pulumi from "@pulumi/pulumi";
import type { CreatedSource } from "../../core/settings";

export interface SelfManagedIstioArgs {
  /** Version of Istio, of its charts and of its images, such as `1.31.0`. */
  readonly version: string;
  /** Repository that serves the charts base, istiod and gateway. */
  readonly chartRepository: string;
  /** The user's own chart values; they win over this component's. */
  readonly values: CreatedSource["helmValues"];
  /** The ingress gateway's Service; the release carries its name. */
  readonly ingress: CreatedSource["ingress"];
}

type Values = Readonly<Record<string, unknown>>;

const ROOT_NAMESPACE = "istio-system";
const TIMEOUT_SECONDS = 600;

/**
 * Istio as one installs it oneself: base, istiod without a revision, and an ingress gateway of the shape that
 * `istioctl install` gives it, which the samples of Istio count on: label `istio: ingressgateway`, port 80 of the
 * Service behind port 8080 of the pods.
 */
export class SelfManagedIstio extends pulumi.ComponentResource {
  public constructor(name: string, args: SelfManagedIstioArgs, opts?: pulumi.ComponentResourceOptions) {
    super("meshlift:istio:SelfManagedIstio", name, {}, opts);
    const { version, chartRepository, values, ingress } = args;
    const release = (
      chart: string,
      releaseName: string,
      namespace: pulumi.Input<string>,
      own: Values,
      dependsOn: pulumi.Resource[],
    ): Release =>
      new Release(
        `${name}-${chart}`,
        {
          name: releaseName,
          namespace,
          chart,
          version,
          repositoryOpts: { repo: chartRepository },
          values: own,
          timeout: TIMEOUT_SECONDS,
        },
        { parent: this, dependsOn },
      );

    const root = new Namespace(`${name}-namespace`, { metadata: { name: ROOT_NAMESPACE } }, { parent: this });
    const base = release("base", "istio-base", ROOT_NAMESPACE, values.base, [root]);
    const istiod = release("istiod", "istiod", ROOT_NAMESPACE, values.istiod, [base]);
    const ownNamespace =
      ingress.namespace === ROOT_NAMESPACE
        ? root
        : new Namespace(`${name}-gateway-namespace`, { metadata: { name: ingress.namespace } }, { parent: this });
    // The gateway's proxy is filled in by istiod's webhook, so istiod has to be ready before its pod is made.
    release("gateway", ingress.service, ingress.namespace, overlay(GATEWAY_VALUES, values.gateway), [
      istiod,
      ownNamespace,
    ]);
    this.registerOutputs({});
  }
}

const GATEWAY_VALUES: Values = {
  labels: { istio: "ingressgateway" },
  service: {
    ports: [
      { name: "status-port", port: 15021, protocol: "TCP", targetPort: 15021 },
      { name: "http2", port: 80, protocol: "TCP", targetPort: 8080 },
      { name: "https", port: 443, protocol: "TCP", targetPort: 8443 },
    ],
  },
};

/** The second mapping laid over the first, mapping by mapping; lists are replaced as a whole, as Helm does. */
function overlay(below: Values, above: Values): Values {
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const old = merged[key];
    merged[key] = isMapping(old) && isMapping(value) ? overlay(old, value) : value;
  }
  return merged;
}

function isMapping(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
