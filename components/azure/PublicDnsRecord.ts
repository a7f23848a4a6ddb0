import * as dns from "@pulumi/azure-native/dns";
import * as pulumi from "@pulumi/pulumi";

export interface PublicDnsRecordArgs {
  readonly resourceGroupName: pulumi.Input<string>;
  /** Zone such as `example.com`. */
  readonly zoneName: pulumi.Input<string>;
  /** Name inside the zone, `@` for the zone itself. */
  readonly record: string;
  /** How long resolvers may keep an answer, in seconds: the longest time a user still goes to the old address. */
  readonly ttlSeconds: number;
  /** The address users are sent to. */
  readonly address: pulumi.Input<string>;
  /** Azure resource id of a record set that is there already and is taken over. @default created */
  readonly importId?: string;
}

/** The A record of the public host. Moving users to another address is one update of it. */
export class PublicDnsRecord extends pulumi.ComponentResource {
  public constructor(name: string, args: PublicDnsRecordArgs, opts?: pulumi.ComponentResourceOptions) {
    super("meshlift:azure:PublicDnsRecord", name, {}, opts);
    new dns.RecordSet(
      `${name}-a`,
      {
        resourceGroupName: args.resourceGroupName,
        zoneName: args.zoneName,
        relativeRecordSetName: args.record,
        recordType: "A",
        ttl: args.ttlSeconds,
        aRecords: [{ ipv4Address: args.address }],
      },
      { parent: this, ...(args.importId === undefined ? {} : { import: args.importId }) },
    );
    this.registerOutputs({});
  }
}
