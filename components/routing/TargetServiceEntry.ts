import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import * as pulumi from "@pulumi/pulumi";

export interface TargetServiceEntryArgs {
  readonly namespace: string;
  /** Name of both objects. */
  readonly objectName: string;
  /** Host under which the source's mesh knows the target; it never appears on the wire and need not resolve. */
  readonly host: string;
  /** IP address of the target's ingress gateway. */
  readonly address: pulumi.Input<string>;
}

/** Port of the target's gateway: the classic gateways of the add-on serve 80 and 443 only. */
export const TARGET_PORT = 80;

// Azure's load balancer drops an idle connection after four minutes: the proxy must let go of it first.
const IDLE_TIMEOUT = "180s";

/**
 * The target's ingress gateway as a host of the source's mesh, with the port's protocol declared, and a DestinationRule
 * of its own: without one, a wildcard rule that asks for mesh TLS would break the way to the target.
 */
export class TargetServiceEntry extends pulumi.ComponentResource {
  public constructor(name: string, args: TargetServiceEntryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("meshlift:routing:TargetServiceEntry", name, {}, opts);
    const metadata = { name: args.objectName, namespace: args.namespace };
    new CustomResource(
      `${name}-rule`,
      {
        apiVersion: "networking.istio.io/v1",
        kind: "DestinationRule",
        metadata,
        spec: {
          host: args.host,
          trafficPolicy: {
            tls: { mode: "DISABLE" },
            connectionPool: { http: { idleTimeout: IDLE_TIMEOUT } },
          },
        },
      },
      { parent: this },
    );
    new CustomResource(
      `${name}-entry`,
      {
        apiVersion: "networking.istio.io/v1",
        kind: "ServiceEntry",
        metadata,
        spec: {
          hosts: [args.host],
          location: "MESH_EXTERNAL",
          ports: [{ number: TARGET_PORT, name: "http", protocol: "HTTP" }],
          resolution: "STATIC",
          endpoints: [{ address: args.address }],
        },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
