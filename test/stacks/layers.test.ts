import { describe, expect, it } from "vitest";
import { changesBetween, urnsOf, valueOf, type Declared } from "../components/engine";
import { deploy, SOURCE_ADDRESS, TARGET_ADDRESS } from "./aksAddon";
import { useRegion } from "./apiServer";

const { at } = useRegion();
const SHIFT = { phase: "shift", weight: 10 };

describe("two layers", () => {
  const PLATFORM = "organization/meshlift/prod-platform";

  it("divide the resources of one stack between them, without a rest and without an overlap", async () => {
    const all = await deploy(at(SHIFT));
    const platform = await deploy(at({ ...SHIFT, layer: "platform" }));
    const traffic = await deploy(at({ ...SHIFT, layer: "traffic", platformStack: PLATFORM }));
    const own = (resources: readonly Declared[]): string[] =>
      urnsOf(resources).filter((urn) => !/StackReference|pulumi:providers/.test(urn));
    expect([...own(platform.resources), ...own(traffic.resources)].sort()).toEqual(own(all.resources).sort());
  });

  it("keep a weight change out of the platform: one update in traffic, none in platform", async () => {
    const layer = async (name: string, weight: number): Promise<readonly Declared[]> =>
      (await deploy(at({ phase: "shift", weight, layer: name, platformStack: PLATFORM }))).resources;
    expect(changesBetween(await layer("platform", 10), await layer("platform", 50))).toEqual({});
    expect(changesBetween(await layer("traffic", 10), await layer("traffic", 50))).toEqual({
      "route-virtual-service": "update",
    });
  });

  it("join in the traffic stack by the platform's outputs alone", async () => {
    const { resources, outputs } = await deploy(at({ ...SHIFT, layer: "traffic", platformStack: PLATFORM }));
    expect(urnsOf(resources)).toEqual([
      "meshlift:azure:PublicDnsRecord$azure-native:dns:RecordSet public-a",
      "meshlift:azure:PublicDnsRecord public",
      "meshlift:routing:TargetServiceEntry$kubernetes:networking.istio.io/v1:DestinationRule target-host-rule",
      "meshlift:routing:TargetServiceEntry$kubernetes:networking.istio.io/v1:ServiceEntry target-host-entry",
      "meshlift:routing:TargetServiceEntry target-host",
      "meshlift:routing:WeightedRoute$kubernetes:networking.istio.io/v1:VirtualService route-virtual-service",
      "meshlift:routing:WeightedRoute route",
      "pulumi:providers:kubernetes source",
    ]);
    expect(await valueOf(outputs.revision)).toBe("asm-1-30");
    expect(await valueOf(outputs.targetUrl)).toBe(`http://${TARGET_ADDRESS}`);
  });

  it("export from the platform what traffic needs", async () => {
    const { outputs } = await deploy(at({ layer: "platform" }));
    expect(await valueOf(outputs.sourceAddress)).toBe(SOURCE_ADDRESS);
    expect(await valueOf(outputs.targetAddress)).toBe(TARGET_ADDRESS);
    expect(await valueOf(outputs.sourceKubeconfig)).toBe("kubeconfig of rg-old/shop-old");
  });
});
