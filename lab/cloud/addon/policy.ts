import type { KubeObject } from "../../kube";
import { ADDON_MANAGER } from "./names";

/** Kinds that the add-on's admission denies (https://learn.microsoft.com/azure/aks/istio-about#limitations). */
const BLOCKED_KINDS = [
  { group: "networking.istio.io", resource: "proxyconfigs" },
  { group: "networking.istio.io", resource: "workloadentries" },
  { group: "networking.istio.io", resource: "workloadgroups" },
  { group: "extensions.istio.io", resource: "wasmplugins" },
  { group: "install.istio.io", resource: "istiooperators" },
] as const;

const labels = { "app.kubernetes.io/managed-by": ADDON_MANAGER };
const NAME = "azure-service-mesh-blocked-kinds";
const WEBHOOK = "azure-service-mesh-ccp-validating-webhook";

/** The policy that denies blocked kinds. It is in the API server, so it holds also while the lab's cloud is down. */
export function blockedKinds(): readonly KubeObject[] {
  return [
    {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicy",
      metadata: { name: NAME, labels },
      spec: {
        failurePolicy: "Fail",
        matchConstraints: {
          resourceRules: BLOCKED_KINDS.map(({ group, resource }) => ({
            apiGroups: [group],
            apiVersions: ["*"],
            operations: ["CREATE", "UPDATE"],
            resources: [resource],
          })),
        },
        validations: [
          {
            expression: "false",
            messageExpression: "'kind ' + object.kind + ' is not allowed by the Istio-based service mesh add-on'",
          },
        ],
      },
    },
    {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name: NAME, labels },
      spec: { policyName: NAME, validationActions: ["Deny"] },
    },
  ];
}

/**
 * The webhook that checks shared mesh configuration. Its YAML cannot be judged by an admission policy's expressions. As on the service
 * it fails open: an object slips through while the webhook is down.
 *
 * @param url https address of the webhook in the lab's cloud
 * @param caBundle base64 of the PEM certificate that it shows
 */
export function meshConfigWebhook(url: string, caBundle: string): KubeObject {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name: WEBHOOK, labels },
    webhooks: [
      {
        name: `${WEBHOOK}.azmk8s.io`,
        clientConfig: { url, caBundle },
        rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["configmaps"] }],
        matchConditions: [
          {
            name: "shared-mesh-config",
            expression:
              "object.metadata.namespace == 'aks-istio-system' && object.metadata.name.startsWith('istio-shared-configmap-')",
          },
        ],
        failurePolicy: "Ignore",
        sideEffects: "None",
        timeoutSeconds: 5,
        admissionReviewVersions: ["v1"],
      },
    ],
  };
}

/** What installing made beyond the charts' objects, by path: gone when the add-on is disabled. */
export const POLICY_PATHS = [
  `/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/${WEBHOOK}`,
  `/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/${NAME}`,
  `/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/${NAME}`,
] as const;
