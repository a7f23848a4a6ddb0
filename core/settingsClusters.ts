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
    ),
    mode: choice(["System", "User"], "a node pool's mode").default("User"),
    vmSize: text(
      /^[A-Z][A-Za-z0-9_]+$/,
      "the size of the machines is an Azure VM size",
      "write a size such as Standard_D4s_v5",
    ),
    count: integer(1, 1000, "the number of nodes is an integer from 1 to 1000", "write a number of nodes such as 2"),
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
  .default([{ name: "system", mode: "System", vmSize: "Standard_D4s_v5", count: 2 }]);

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
    base: passedThrough("the values of chart base").default({}),
    istiod: passedThrough("the values of chart istiod").default({}),
    gateway: passedThrough("the values of chart gateway").default({}),
  })
  .prefault({});

/** `source` with `kind: create`. */
export const createdSource = z.strictObject({
  kind: z.literal("create"),
  resourceGroup,
  name: clusterName,
  kubernetesVersion,
  istioVersion,
  nodePools,
  chartRepository: text(
    /^(https?|oci):\/\/\S+$/,
    "the chart repository is a URL",
    "write a URL that starts with https://",
  ).default("https://istio-release.storage.googleapis.com/charts"),
  helmValues,
  ingress: gatewayService,
  manifests: manifestList.optional().describe("what to install on the source when it differs from aksAddon.manifests"),
});

/** `source` with `kind: existing`. */
export const existingSource = z.strictObject({
  kind: z.literal("existing"),
  resourceGroup: resourceGroup.optional(),
  name: clusterName.optional(),
  kubeconfig: z
    .string({ error: say("a kubeconfig is a YAML text", "set it with `pulumi config set --secret --path`") })
    .min(1, { error: "a kubeconfig is a YAML text; give its contents, or resourceGroup and name instead" })
    .transform((value) => new SecretText(value))
    .optional(),
  istioVersion: istioVersion.optional(),
  ingress: gatewayService,
  removed: flag("removed says that the source has been removed by its owner").default(false),
});

// One text for every wrong shape: the add-on has one gateway per mode, whatever way a second one is asked for.
const GATEWAYS =
  "the add-on serves at most one external and one internal ingress gateway, each either there (true) or not (false)";

/** `target`. */
export const target = z.strictObject({
  resourceGroup,
  name: clusterName,
  kubernetesVersion,
  revision: text(
    /^asm-\d+-\d+$/,
    "a revision of the add-on reads asm-MAJOR-MINOR",
    "write a revision such as asm-1-31",
  ).optional(),
  ingress: z
    .strictObject(
      {
        external: z.boolean({ error: say(GATEWAYS, "write external: true or external: false") }).default(true),
        internal: z.boolean({ error: say(GATEWAYS, "write internal: true or internal: false") }).default(false),
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
  meshConfig: passedThrough("the mesh configuration").default({}),
  maintenance: z
    .strictObject({
      day: choice(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"], "the day").default(
        "Sunday",
      ),
      startHour: integer(0, 23, "the start is an hour of the day in UTC, 0 to 23", "write an hour such as 2").default(
        2,
      ),
      hours: integer(1, 24, "the length is a number of hours, 1 to 24", "write a number such as 4").default(4),
    })
    .refine((window) => window.startHour + window.hours <= 24, {
      error: "the window ends on the day it starts; begin earlier or make it shorter",
    })
    .prefault({}),
});
