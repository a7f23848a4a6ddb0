import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Inputs } from "../../lab/providers/kit/index";
import { initFailure, ProviderDriver, type Resource, urnOf } from "../providers/support/driver";
import { CONFIG_MAP, MAIN, refusal, useProvider } from "../providers/support/fixture";

const lab = useProvider();

describe("waiting", () => {
  const service = (name: string, extra: Inputs): Inputs => ({
    metadata: { name, namespace: "shop", annotations: { "pulumi.com/timeoutSeconds": "20" } },
    spec: { type: "LoadBalancer", ports: [{ port: 80 }], ...extra },
  });

  it("lasts until a load balancer has its address", async () => {
    const making = lab.provider.create("kubernetes:core/v1:Service", "gate", service("gate", {}));
    await sleep(800);
    const status = { status: { loadBalancer: { ingress: [{ ip: "198.51.100.7" }] } } };
    await lab.api.kubectl([
      ...["-n", "shop", "patch", "service", "gate", "--subresource=status", "--type=merge"],
      ...["-p", JSON.stringify(status)],
    ]);
    expect((await making).outputs["status"]).toMatchObject(status.status);
  });

  it("ends with the pods' own reasons when a Deployment does not come up, and the state keeps what was made", async () => {
    const labels = { app: "broken" };
    const news = {
      metadata: { name: "broken", namespace: "shop", annotations: { "pulumi.com/timeoutSeconds": "4" } },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: "app", image: "no.such/image" }] } },
      },
    };
    const type = "kubernetes:apps/v1:Deployment";
    const making = refusal(lab.provider.create(type, "broken", news));
    await sleep(1_500);
    const pod = (await lab.api.kubectl(["-n", "shop", "get", "pods", "-l", "app=broken", "-o", "name"])).trim();
    const waiting = {
      name: "app",
      ready: false,
      image: "",
      imageID: "",
      restartCount: 0,
      state: { waiting: { reason: "ImagePullBackOff", message: "not found" } },
    };
    await lab.api.kubectl([
      ...["-n", "shop", "patch", pod, "--subresource=status", "--type=merge"],
      ...["-p", JSON.stringify({ status: { containerStatuses: [waiting] } })],
    ]);
    const failure = initFailure(await making)!;
    expect(failure.id).toBe("shop/broken");
    expect(failure.reasons).toEqual([
      "Deployment shop/broken is not ready: not within 4 s; 0 of 1 pods of the new version are available",
      `pod ${pod.slice("pod/".length)}, container app: ImagePullBackOff: not found`,
    ]);
    expect(failure.outputs["metadata"]).toMatchObject({ name: "broken" });
    const asked = await lab.provider.check(type, "broken", news);
    const resource: Resource = {
      urn: urnOf(type, "broken"),
      id: failure.id,
      inputs: asked,
      outputs: failure.outputs,
    };
    expect(initFailure(await refusal(lab.provider.read(type, resource)))?.reasons[0]).toMatch(/0 of 1 pods/);
    await lab.provider.delete(type, resource);
    expect(await lab.exists("deployment", "broken")).toBe(false);
    expect((await lab.api.kubectl(["-n", "shop", "get", "pods", "-l", "app=broken", "-o", "name"])).trim()).toBe("");
  });

  it("is skipped, or changed to another test, by annotation", async () => {
    const skipped = service("skipped", {});
    skipped["metadata"] = { name: "skipped", namespace: "shop", annotations: { "pulumi.com/skipAwait": "true" } };
    expect((await lab.provider.create("kubernetes:core/v1:Service", "skipped", skipped)).id).toBe("shop/skipped");
    const waitFor = { "pulumi.com/waitFor": "jsonpath={.data.done}=yes", "pulumi.com/timeoutSeconds": "20" };
    const news = { metadata: { name: "slow", namespace: "shop", annotations: waitFor }, data: { done: "no" } };
    const making = lab.provider.create(CONFIG_MAP, "slow", news);
    await sleep(600);
    await lab.api.kubectl([
      "-n",
      "shop",
      "patch",
      "configmap",
      "slow",
      "--type=merge",
      "-p",
      '{"data":{"done":"yes"}}',
    ]);
    expect((await making).outputs["data"]).toEqual({ done: "yes" });
  });

  it("ends when the user asks to stop", async () => {
    const other = await ProviderDriver.start(MAIN);
    await other.configure({ kubeconfig: lab.api.kubeconfig });
    const making = refusal(other.create("kubernetes:core/v1:Service", "stopped", service("stopped", {})));
    await sleep(700);
    await other.cancel();
    expect(initFailure(await making)?.reasons[0]).toMatch(/stopped by the user/);
    other.stop();
  });
});
