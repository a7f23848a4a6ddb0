import type * as pulumi from "@pulumi/pulumi";
import { PublicDnsRecord } from "../../components/azure/PublicDnsRecord";
import { TargetServiceEntry } from "../../components/routing/TargetServiceEntry";
import { WeightedRoute } from "../../components/routing/WeightedRoute";
import type { Settings } from "../../core/settings";
import type { SourcePlace, TargetPlace } from "./places";
import { isReleased, type RoutePlan } from "./route";

/**
 * The fast part of a migration: the way from the source's gateway to the target's, the weight, and the public name.
 *
 * No request is lost between phases, by this order:
 * - `shift`: the target's host is known to the source before the route names it.
 * - `retire`: the public name moves to the target; the route stays at 100 and the target's host stays known, for users
 *   whose resolvers still give out the old address.
 * - `retire` with `retireSource`: an existing source's route is given back first, then its temporary objects go (Pulumi
 *   deletes after it has updated). What lies in a source that this stack created goes with the cluster, not before it.
 */
export function deployTraffic(
  settings: Settings,
  route: RoutePlan,
  source: SourcePlace | undefined,
  target: TargetPlace,
): void {
  const { virtualService, temporaryHost } = settings.aksAddon.route;
  const released = isReleased(settings);
  if (source !== undefined) {
    const inside = {
      provider: source.provider,
      ...(source.cluster === undefined ? {} : { deletedWith: source.cluster }),
    };
    const before: pulumi.Resource[] = [...source.ready];
    if (settings.phase !== "prepare" && !released) {
      before.push(
        new TargetServiceEntry(
          "target-host",
          {
            namespace: virtualService.namespace,
            objectName: `${virtualService.name}-target`,
            host: temporaryHost,
            address: target.address,
          },
          { ...inside, dependsOn: [...target.ready] },
        ),
      );
    }
    if (route.write !== undefined) new WeightedRoute("route", route.write, { ...inside, dependsOn: before });
  }
  declareRecord(settings, source, target);
}

function declareRecord(settings: Settings, source: SourcePlace | undefined, target: TargetPlace): void {
  const { dns } = settings.aksAddon;
  const address = settings.phase === "retire" ? target.address : source?.address;
  if (dns === undefined || address === undefined) return;
  new PublicDnsRecord(
    "public",
    {
      resourceGroupName: dns.resourceGroup,
      zoneName: dns.zone,
      record: dns.record,
      ttlSeconds: dns.ttlSeconds,
      address,
      ...(dns.importId === undefined ? {} : { importId: dns.importId }),
    },
    { dependsOn: [...target.ready] },
  );
}
