import { z } from "zod";
import {
  choice,
  clusterName,
  flag,
  integer,
  istioVersion,
  kubernetesVersion,
  namespaceName,
  objectName,
  passedThrough,
  resourceGroup,
  say,
  text,
  uniqueList,
} from "./settingsFields";
import { SecretText } from "./settingsSecret";

const filePath = text(
  /^[^\0]+$/,
  "a manifest is the path of a YAML file",
  "write a path relative to the project, or an absolute one",
);
/** The user's own YAML files. */
export const manifestList = uniqueList(
  filePath,
  1,
  "the manifests are a list of YAML files with the objects to install",
  "list at least one file",
);

const nodePool = z.strictObject(
  {
    name: text(
      /^[a-z][a-z0-9]{0,11}$/,
      "a node pool's name has 1 to 12 lower-case letters and digits and starts with a letter",
      "shorten or correct the name",
    ).describe("name of the node pool"),
    mode: choice(["System", "User"], "a node pool's mode")
      .default("User")
      .describe("what the pool is for; AKS needs one System pool"),
    vmSize: text(
      /^[A-Z][A-Za-z0-9_]+$/,
      "the size of the machines is an Azure VM size",
      "write a size such as Standard_D4s_v5",
    ).describe("Azure VM size of its nodes"),
    count: integer(
      1,
      1000,
      "the number of nodes is an integer from 1 to 1000",
      "write a number of nodes such as 2",
    ).describe("how many nodes it has, 1 to 1000"),
  },
  { error: say("a node pool is a mapping with name, vmSize and count", "write a mapping") },
);

const nodePools = z
  .array(nodePool, { error: say("node pools are a list of mappings", "write a list of pools") })
  .refine((pools) => pools.some((pool) => pool.mode === "System"), {
    error: "AKS needs at least one pool of mode System; give one of the pools mode: System",
  })
  .refine((pools) => new Set(pools.map((pool) => pool.name)).size === pools.length, {
    error: "two pools cannot share a name; rename one of them",
  })
  .default([{ name: "system", mode: "System", vmSize: "Standard_D4s_v5", count: 2 }])
  .describe("node pools of the cluster, at least one of mode System");

const gatewayService = z
  .strictObject({
    namespace: namespaceName.default("istio-system").describe("namespace of the source's ingress gateway"),
    service: objectName("the ingress gateway's Service")
      .default("istio-ingressgateway")
      .describe("its Service of type LoadBalancer"),
  })
  .prefault({});

const helmValues = z
  .strictObject({
    base: passedThrough("the values of chart base").default({}).describe("values for Istio's chart base, as they are"),
    istiod: passedThrough("the values of chart istiod").default({}).describe("values for chart istiod, as they are"),
    gateway: passedThrough("the values of chart gateway").default({}).describe("values for chart gateway, as they are"),
  })
  .prefault({});

/** `source` with `kind: create`. */
export const createdSource = z.strictObject({
  kind: z.literal("create"),
  resourceGroup: resourceGroup.describe("resource group of the source cluster"),
  name: clusterName.describe("name of the source cluster"),
  kubernetesVersion: kubernetesVersion.describe("Kubernetes version of the source, in quotes"),
  istioVersion: istioVersion.describe("version of the Istio that is installed on the source"),
  nodePools,
  chartRepository: text(
    /^(https?|oci):\/\/\S+$/,
    "the chart repository is a URL",
    "write a URL that starts with https://",
  )
    .default("https://istio-release.storage.googleapis.com/charts")
    .describe("repository that Istio's charts are installed from"),
  helmValues,
  ingress: gatewayService,
  manifests: manifestList.optional().describe("what to install on the source when it differs from aksAddon.manifests"),
});

/** `source` with `kind: existing`. */
export const existingSource = z.strictObject({
  kind: z.literal("existing"),
  resourceGroup: resourceGroup.optional().describe("resource group of the source; with name, instead of kubeconfig"),
  name: clusterName.optional().describe("name of the source cluster in that resource group"),
  kubeconfig: z
    .string({ error: say("a kubeconfig is a YAML text", "set it with `pulumi config set --secret --path`") })
    .min(1, { error: "a kubeconfig is a YAML text; give its contents, or resourceGroup and name instead" })
    .transform((value) => new SecretText(value))
    .optional()
    .describe("contents of a kubeconfig for the source, a secret; instead of resourceGroup and name"),
  istioVersion: istioVersion
    .optional()
    .describe("Istio version of the source, when it shall not be read from its istiod"),
  ingress: gatewayService,
  removed: flag("removed says that the source has been removed by its owner")
    .default(false)
    .describe("true once its owner has removed the source, which is then no longer looked at"),
});

// One text for every wrong shape: the add-on has one gateway per mode, whatever way a second one is asked for.
const GATEWAYS =
  "the add-on serves at most one external and one internal ingress gateway, each either there (true) or not (false)";

/** `target`. */
export const target = z.strictObject({
  resourceGroup: resourceGroup.describe("resource group of the target cluster; it may be the source's"),
  name: clusterName.describe("name of the target cluster"),
  kubernetesVersion: kubernetesVersion.describe("Kubernetes version of the target, in quotes"),
  revision: text(/^asm-\d+-\d+$/, "a revision of the add-on reads asm-MAJOR-MINOR", "write a revision such as asm-1-31")
    .optional()
    .describe("add-on revision; without it, the one of the source's Istio version"),
  ingress: z
    .strictObject(
      {
        external: z
          .boolean({ error: say(GATEWAYS, "write external: true or external: false") })
          .default(true)
          .describe("whether there is a gateway with a public address"),
        internal: z
          .boolean({ error: say(GATEWAYS, "write internal: true or internal: false") })
          .default(false)
          .describe("whether there is a gateway inside the virtual network"),
        annotations: z
          .record(
            z.string(),
            z.string({ error: say("the value of a Service annotation is a text", "put it in quotes") }),
          )
          .default({})
          .describe(
            "annotations for the Service of the gateway that takes the traffic, such as a pinned public address",
          ),
      },
      { error: say(GATEWAYS, "write { external: true, internal: false }") },
    )
    .refine((gateways) => gateways.external || gateways.internal, {
      error: "without an ingress gateway no request can reach the target; set external or internal to true",
    })
    .prefault({}),
  nodePools,
  meshConfig: passedThrough("the mesh configuration")
    .default({})
    .describe("Istio's MeshConfig; only the fields that the add-on allows"),
  maintenance: z
    .strictObject({
      day: choice(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"], "the day")
        .default("Sunday")
        .describe("day of the planned maintenance"),
      startHour: integer(0, 23, "the start is an hour of the day in UTC, 0 to 23", "write an hour such as 2")
        .default(2)
        .describe("its start, an hour of the day in UTC"),
      hours: integer(1, 24, "the length is a number of hours, 1 to 24", "write a number such as 4")
        .default(4)
        .describe("its length in hours"),
    })
    .refine((window) => window.startHour + window.hours <= 24, {
      error: "the window ends on the day it starts; begin earlier or make it shorter",
    })
    .prefault({}),
});
