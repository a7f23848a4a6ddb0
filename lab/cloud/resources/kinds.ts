import { guid } from "../aks/view";
import { ArmError, resourceNotFound } from "../arm/errors";
import { parameter } from "../arm/router";
import { type JsonObject, listAt, textAt, valueAt } from "../json";
import { TENANT } from "../identity";
import type { Store } from "../store";
import type { PlainKind, Wish } from "./plain";

// Addresses of public IP resources lie outside of every cluster's pool, because no cluster is known when they are made.
const PUBLIC_PREFIX = "198.18.200.";
const PUBLIC_HOSTS = { first: 10, last: 250 };
const RECORD_FIELDS: Readonly<Record<string, string>> = { A: "ARecords", CNAME: "CNAMERecord" };

/** The kinds of resources that need nothing behind them. */
export function plainKinds(store: Store): readonly PlainKind[] {
  return [
    { type: "Microsoft.ManagedIdentity/userAssignedIdentities", located: true, complete: identity },
    { type: "Microsoft.Network/publicIPAddresses", located: true, complete: (wish) => publicAddress(wish, store) },
    { type: "Microsoft.Network/dnszones", located: true, complete: zone },
    ...["A", "CNAME"].map((record): PlainKind => ({
      type: `Microsoft.Network/dnszones/${record}`,
      parent: "zone",
      located: false,
      complete: (wish) => recordSet(wish, record, store),
    })),
    {
      type: "Microsoft.ContainerService/managedClusters/maintenanceConfigurations",
      parent: "cluster",
      located: false,
      complete: (wish) => maintenance(wish, store),
    },
  ];
}

function identity({ id }: Wish): JsonObject {
  const of = (what: string): string => guid(`${id}/${what}`.toLowerCase());
  return { tenantId: TENANT, clientId: of("client"), principalId: of("principal") };
}

function publicAddress({ id, properties, existing }: Wish, store: Store): JsonObject {
  const present = textAt(existing?.properties, "ipAddress") ?? freeAddress(store);
  return {
    publicIPAllocationMethod: "Static",
    publicIPAddressVersion: "IPv4",
    idleTimeoutInMinutes: 4,
    ...properties,
    ipAddress: present,
    provisioningState: "Succeeded",
    resourceGuid: guid(id.toLowerCase()),
  };
}

function freeAddress(store: Store): string {
  const taken = new Set(
    store.list("Microsoft.Network/publicIPAddresses").map((one) => textAt(one.properties, "ipAddress")),
  );
  for (let host = PUBLIC_HOSTS.first; host <= PUBLIC_HOSTS.last; host++) {
    const address = `${PUBLIC_PREFIX}${String(host)}`;
    if (!taken.has(address)) return address;
  }
  throw new ArmError(400, "PublicIPCountLimitReached", "Cannot create more public IP addresses in the lab's region.");
}

function zone({ name, location, properties }: Wish): JsonObject {
  if (location !== "global") {
    throw new ArmError(
      400,
      "LocationNotAvailableForResourceType",
      `The provided location '${location}' is not available for resource type 'Microsoft.Network/dnszones'. ` +
        "List of available regions for the resource type is 'global'.",
    );
  }
  if (!/^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(name)) {
    throw new ArmError(400, "BadRequest", `The domain name '${name}' is invalid.`);
  }
  const nameServers = ["ns1-01.azure-dns.com.", "ns2-01.azure-dns.net."];
  return { zoneType: "Public", ...properties, nameServers, maxNumberOfRecordSets: 10000, numberOfRecordSets: 2 };
}

function recordSet({ name, properties, request }: Wish, type: string, store: Store): JsonObject {
  const zoneName = parameter(request, "zone");
  const group = parameter(request, "group");
  const above = `/subscriptions/${parameter(request, "subscription")}/resourceGroups/${group}/providers/Microsoft.Network/dnszones/${zoneName}`;
  if (store.get(above) === undefined) throw resourceNotFound("Microsoft.Network/dnszones", zoneName, group);
  const ttl = Number(valueAt(properties, "TTL") ?? 0);
  if (!Number.isInteger(ttl) || ttl < 1 || ttl > 2147483647) {
    throw new ArmError(
      400,
      "BadRequest",
      `The TTL value '${String(ttl)}' of record set '${name}' is not between 1 and 2147483647.`,
    );
  }
  const others = store
    .below(above)
    .filter((set) => set.name.toLowerCase() === name.toLowerCase() && !set.type.endsWith(`/${type}`));
  if (others.length > 0) {
    throw new ArmError(
      400,
      "CnameRecordConflict",
      `A record set named '${name}' of another type exists; a CNAME record must be alone.`,
    );
  }
  const values = type === "A" ? listAt(properties, "ARecords").map((one) => textAt(one, "ipv4Address") ?? "") : [];
  const wrong = values.find((value) => !/^(\d{1,3}\.){3}\d{1,3}$/.test(value));
  if (wrong !== undefined) throw new ArmError(400, "BadRequest", `The value '${wrong}' is not a valid IPv4 address.`);
  const field = RECORD_FIELDS[type] ?? "";
  return {
    metadata: properties["metadata"] ?? {},
    TTL: ttl,
    [field]: properties[field] ?? (type === "A" ? [] : undefined),
    fqdn: name === "@" ? `${zoneName}.` : `${name}.${zoneName}.`,
    targetResource: {},
    provisioningState: "Succeeded",
  };
}

function maintenance({ properties, request }: Wish, store: Store): JsonObject {
  const cluster = parameter(request, "cluster");
  const group = parameter(request, "group");
  const above = `/subscriptions/${parameter(request, "subscription")}/resourceGroups/${group}/providers/Microsoft.ContainerService/managedClusters/${cluster}`;
  if (store.get(above) === undefined)
    throw resourceNotFound("Microsoft.ContainerService/managedClusters", cluster, group);
  return properties;
}
