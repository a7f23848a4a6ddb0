import { isObject, listAt, textAt, valueAt } from "../json";
import type { Store } from "../store";
import type { RecordSet, Zone } from "./answer";

const ZONE_TYPE = "Microsoft.Network/dnszones";
const DEFAULT_TTL = 3600;

/** What the DNS server serves: the zones and record sets in the store, as they are at this moment. */
export function zonesOf(store: Store): readonly Zone[] {
  return store.list(ZONE_TYPE).map((zone) => ({
    name: zone.name.toLowerCase(),
    records: store.below(zone.id).flatMap((set): readonly RecordSet[] => {
      const type = set.type.split("/").at(-1)?.toUpperCase();
      const ttl = Number(valueAt(set.properties, "TTL") ?? DEFAULT_TTL);
      const name = set.name.toLowerCase();
      if (type === "A") {
        const values = listAt(set.properties, "ARecords").map((one) => textAt(one, "ipv4Address") ?? "");
        return [{ name, type, ttl, values: values.filter((value) => value !== "") }];
      }
      const alias = set.properties["CNAMERecord"];
      if (type !== "CNAME" || !isObject(alias)) return [];
      return [{ name, type, ttl, values: [textAlias(alias)] }];
    }),
  }));
}

function textAlias(alias: unknown): string {
  return (textAt(alias, "cname") ?? "").replace(/\.$/, "");
}
