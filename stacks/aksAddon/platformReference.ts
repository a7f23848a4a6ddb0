import * as pulumi from "@pulumi/pulumi";
import { refusal } from "../../components/refusal";

/** What the traffic layer needs of the platform layer's outputs. */
export interface PlatformReference {
  readonly revision: pulumi.Output<string>;
  readonly targetAddress: pulumi.Output<string>;
  /** The source that the platform created; undefined when it exists on its own, or is gone. */
  readonly source: { readonly kubeconfig: pulumi.Output<string>; readonly address: pulumi.Output<string> } | undefined;
}

/**
 * Reads the outputs of the platform stack.
 *
 * @param stack organization/project/stack
 * @throws RunError when the stack was not updated yet
 */
export async function readPlatform(stack: string): Promise<PlatformReference> {
  const reference = new pulumi.StackReference("platform", { name: stack });
  const target = await reference.getOutputDetails("targetAddress");
  if (target.value === undefined) {
    throw refusal({
      path: "platformStack",
      value: stack,
      rule: "this stack has no output targetAddress, so there is nothing to send traffic to",
      remedy: "name the stack of layer platform, and bring it up first",
    });
  }
  const source = await reference.getOutputDetails("sourceAddress");
  const kubeconfig = await reference.getOutputDetails("sourceKubeconfig");
  const created = source.value !== undefined && (kubeconfig.secretValue ?? kubeconfig.value) !== undefined;
  return {
    revision: text(reference, "revision"),
    targetAddress: text(reference, "targetAddress"),
    source: created
      ? { kubeconfig: pulumi.secret(text(reference, "sourceKubeconfig")), address: text(reference, "sourceAddress") }
      : undefined,
  };
}

function text(reference: pulumi.StackReference, name: string): pulumi.Output<string> {
  return reference.requireOutput(name).apply(String);
}
