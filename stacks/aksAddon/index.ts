import * as pulumi from "@pulumi/pulumi";
import { kubernetesProvider } from "../../components/azure/clusterAccess";
import { SourceCluster } from "../../components/azure/SourceCluster";
import { nextStep } from "../../core/phase";
import type { Settings } from "../../core/settings";
import { gatherFacts, type Facts } from "./facts";
import type { SourcePlace, StackOutputs, TargetPlace } from "./places";
import { deployPlatform } from "./platform";
import { readPlatform } from "./platformReference";
import { isReleased } from "./route";
import { deployTraffic } from "./traffic";

/**
 * The migration `aks-addon`, as one stack or as the layer that the settings name.
 *
 * Everything that can be wrong is looked at before the first resource is declared, so that a mistake changes nothing.
 *
 * @param projectFolder the folder of Pulumi.yaml, from which relative paths start
 */
export async function aksAddonStack(settings: Settings, projectFolder: string): Promise<StackOutputs> {
  const facts = await gatherFacts(settings, projectFolder);
  if (settings.layer === "traffic") return trafficStack(settings, facts);
  const platform = deployPlatform(settings, facts);
  const source = platform.source ?? (settings.layer === "all" ? enterExisting(facts) : undefined);
  if (settings.layer === "all") deployTraffic(settings, facts.route, source, platform.target);
  return outputsOf(settings, facts.revision, source, platform.target, facts);
}

async function trafficStack(settings: Settings, facts: Facts): Promise<StackOutputs> {
  const platform = await readPlatform(settings.platformStack);
  const target: TargetPlace = { address: platform.targetAddress, ready: [] };
  const created =
    platform.source === undefined || isReleased(settings)
      ? undefined
      : {
          ...platform.source,
          provider: kubernetesProvider("source", platform.source.kubeconfig, sourceIdentifier(settings), {}),
          ready: [],
        };
  const source = settings.aksAddon.source.kind === "create" ? created : enterExisting(facts);
  deployTraffic(settings, facts.route, source, target);
  return outputsOf(settings, platform.revision, source, target, facts);
}

function sourceIdentifier(settings: Settings): string {
  const { resourceGroup = "", name = "" } = settings.aksAddon.source;
  return `${resourceGroup}/${name}`;
}

function enterExisting(facts: Facts): SourcePlace | undefined {
  if (facts.existing === undefined) return undefined;
  const { kubeconfig, identifier, address } = facts.existing;
  const source = new SourceCluster("source", { kind: "existing", kubeconfig: pulumi.secret(kubeconfig), identifier });
  return { provider: source.provider, kubeconfig: source.kubeconfig, address: pulumi.output(address), ready: [] };
}

function outputsOf(
  settings: Settings,
  revision: pulumi.Input<string>,
  source: SourcePlace | undefined,
  target: TargetPlace,
  facts: Facts,
): StackOutputs {
  const { phase, weight, ramp, aksAddon, layer } = settings;
  const sourceAddress =
    source?.address ?? (facts.existing === undefined ? undefined : pulumi.output(facts.existing.address));
  return {
    ...(sourceAddress === undefined ? {} : { sourceUrl: pulumi.interpolate`http://${sourceAddress}`, sourceAddress }),
    targetUrl: pulumi.interpolate`http://${target.address}`,
    targetAddress: target.address,
    revision,
    phase,
    weight,
    next: nextStep({
      phase,
      weight,
      ramp,
      retireSource: aksAddon.retireSource,
      ownsDns: aksAddon.dns !== undefined,
      ownsSource: aksAddon.source.kind === "create",
    }),
    ...(source === undefined || layer === "traffic" ? {} : { sourceKubeconfig: source.kubeconfig }),
    ...(target.kubeconfig === undefined ? {} : { targetKubeconfig: target.kubeconfig }),
  };
}
