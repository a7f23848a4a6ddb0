import { ServicePatch } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { FIELD_MANAGER } from "../../core/ownership";

export interface IngressAddressArgs {
  readonly namespace: string;
  /** Name of the gateway's Service of type LoadBalancer. */
  readonly service: string;
  /** Annotations to set on it, such as a pinned public address. @default none */
  readonly annotations?: Readonly<Record<string, string>>;
}

const TIMEOUT_SECONDS = 600;

/**
 * The public address of an ingress gateway that something else made (the add-on, a Helm release), awaited.
 *
 * It is a patch, not a look-up: the address then stands in the stack's state, so that a later weight change needs no
 * answer from that cluster, and the Service's few settable annotations have a home. The patch owns nothing but its
 * annotations, so letting go of it leaves the Service as it was.
 */
export class IngressAddress extends pulumi.ComponentResource {
  /** IP address (or host name) that the cloud gave the gateway. */
  public readonly address: pulumi.Output<string>;

  public constructor(name: string, args: IngressAddressArgs, opts?: pulumi.ComponentResourceOptions) {
    super("meshlift:istio:IngressAddress", name, {}, opts);
    const { namespace, service } = args;
    const patch = new ServicePatch(
      `${name}-service`,
      {
        metadata: {
          name: service,
          namespace,
          annotations: {
            ...args.annotations,
            "pulumi.com/patchFieldManager": FIELD_MANAGER,
            "pulumi.com/timeoutSeconds": String(TIMEOUT_SECONDS),
            "pulumi.com/waitFor": "jsonpath={.status.loadBalancer.ingress[0]}",
          },
        },
      },
      { parent: this },
    );
    this.address = patch.status.apply((status) => addressIn(status, `${namespace}/${service}`));
    this.registerOutputs({ address: this.address });
  }
}

/** A Service's status as it really comes: the SDK's type promises fields that an unready Service lacks. */
interface ServiceStatus {
  readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] };
}

function addressIn(status: ServiceStatus | undefined, service: string): string {
  const first = status?.loadBalancer?.ingress?.[0];
  const found = first?.ip ?? first?.hostname;
  if (found !== undefined) return found;
  throw new pulumi.RunError(
    `Service ${service}: it has no load balancer address; check its events, and whether the subscription has a free public address.`,
  );
}
