import { z } from "zod";
import {
  choice,
  flag,
  hostName,
  integer,
  namespaceName,
  objectName,
  resourceGroup,
  say,
  text,
  uniqueList,
} from "./settingsFields";
import { createdSource, existingSource, manifestList, target } from "./settingsClusters";

const route = z.strictObject({
  virtualService: z.strictObject({
    namespace: namespaceName.default("default").describe("namespace of the VirtualService on the source"),
    name: objectName("the gateway-bound VirtualService whose routes are split").describe(
      "the VirtualService on the source's ingress gateway whose routes are split",
    ),
  }),
  routes: z
    .union(
      [
        z.literal("all"),
        z
          .array(z.string().min(1))
          .min(1)
          .refine((names) => new Set(names).size === names.length),
      ],
      {
        error:
          'the routes to split are "all" or a list of different route names (or positions such as "#0"); write all or such a list',
      },
    )
    .default("all")
    .describe('the routes to split: all, or a list of their names or positions such as "#0"'),
  temporaryHost: hostName("the temporary host, under which the source knows the target,").describe(
    "host under which the source's mesh knows the target for the time being; it need not resolve",
  ),
  onForeignChange: choice(["adopt", "revert", "freeze"], "the policy for a foreign change of the routes")
    .default("freeze")
    .describe("what happens when somebody else changed the routes: take over the change, write ours again, or stop"),
});

const dns = z.strictObject({
  resourceGroup: resourceGroup.describe("resource group of the DNS zone"),
  zone: hostName("a DNS zone").describe("the Azure DNS zone"),
  record: text(
    /^(@|\*|[a-z0-9_]([-a-z0-9_.]*[a-z0-9_])?)$/,
    "a record is a name inside its zone, or @ for the zone itself",
    "write a name such as bookinfo",
  ).describe("name of the public A record inside the zone, @ for the zone itself"),
  ttlSeconds: integer(
    1,
    86_400,
    "the time to live is a whole number of seconds from 1 to 86400",
    "write a number such as 60",
  )
    .default(60)
    .describe("seconds that resolvers may keep the address: the longest time users take to follow the change"),
  createZone: flag("createZone says whether this program creates the zone")
    .default(false)
    .describe("whether this program creates the zone"),
  importId: text(
    /^\/subscriptions\/\S+$/,
    "the record to take over is named by its Azure resource id",
    "write the id that `az network dns record-set a show` prints",
  )
    .optional()
    .describe("resource id of a record set that exists already, taken over instead of created"),
});

/** Everything below `meshlift:aksAddon`. */
const aksAddon = z.strictObject(
  {
    location: text(
      /^[a-z][a-z0-9]+$/,
      "a location is the short name of an Azure region",
      "write a region such as westeurope",
    ).describe("Azure region of the clusters that are created"),
    publicHost: hostName("the public host, under which users reach the service,").describe(
      "host name under which users reach the service, before and after",
    ),
    resourceManagerEndpoint: text(
      /^https?:\/\/[^\s/]+$/,
      "the Resource Manager endpoint is a URL without a path",
      "write a URL such as https://management.azure.com",
    )
      .default("https://management.azure.com")
      .describe("Azure Resource Manager; sovereign clouds have another"),
    createResourceGroups: flag(
      "createResourceGroups says whether this program creates the resource groups of the clusters it creates",
    )
      .default(true)
      .describe("whether this program creates the resource groups of the clusters it creates"),
    source: z.discriminatedUnion("kind", [createdSource, existingSource], {
      error: 'the source is a mapping whose kind is "create" or "existing"; write kind: create or kind: existing',
    }),
    target,
    namespaces: uniqueList(
      namespaceName,
      1,
      "the namespaces in the mesh are a list of names",
      "list at least one namespace",
    )
      .default(["default"])
      .describe("namespaces that are in the mesh"),
    manifests: manifestList.describe("YAML files to install on the target, relative to the project or absolute"),
    route,
    dns: dns.optional(),
    retireSource: flag("retireSource says whether the source is released")
      .default(false)
      .describe("in phase retire, true removes the temporary objects and a source this program created"),
  },
  { error: say("the settings of the migration aks-addon are a mapping", "add the mapping aksAddon") },
);

const STEP = "a step of the ramp is an integer percent from 1 to 100";

/** All keys below `meshlift:`. */
export const settingsSchema = z.strictObject({
  migration: choice(["aks-addon"], "the migration").default("aks-addon"),
  layer: choice(["all", "platform", "traffic"], "the layer").default("all"),
  platformStack: z.string({ error: "the platform stack is a text; write organization/project/stack" }).default(""),
  phase: choice(["prepare", "shift", "retire"], "the phase").default("prepare"),
  weight: integer(0, 100, "a weight is an integer percent from 0 to 100", "write a whole number from 0 to 100").default(
    0,
  ),
  ramp: z
    .array(integer(1, 100, STEP, "write a whole number from 1 to 100"), {
      error: say("the ramp is a list of weights", "write a list such as [10, 25, 50, 75, 100]"),
    })
    .refine((steps) => steps.every((step, index) => index === 0 || step > (steps[index - 1] ?? 0)), {
      error: "each step of the ramp is greater than the one before; sort the steps and remove twins",
    })
    .refine((steps) => steps.at(-1) === 100, { error: "the ramp ends at 100; add 100 as the last step" })
    .default([10, 25, 50, 75, 100]),
  aksAddon,
});
