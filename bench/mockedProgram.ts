import path from "node:path";
import { runtime } from "@pulumi/pulumi";

/** The program under Pulumi's mocks, at a weight in the middle of the ramp; ends when the stack's outputs are there. */
const root = path.join(__dirname, "..", "..");
const settings = {
  location: "westeurope",
  publicHost: "shop.example.com",
  source: {
    kind: "create",
    resourceGroup: "rg-old",
    name: "shop-old",
    kubernetesVersion: "1.35",
    istioVersion: "1.30.2",
  },
  target: { resourceGroup: "rg-new", name: "shop-new", kubernetesVersion: "1.35" },
  namespaces: ["shop"],
  manifests: [path.join(root, "test/stacks/fixtures/shop.yaml"), path.join(root, "test/stacks/fixtures/routing.yaml")],
  route: { virtualService: { name: "shop" }, temporaryHost: "v2.example.com" },
};

async function main(): Promise<void> {
  await runtime.setMocks(
    {
      newResource: ({ name, inputs }) => ({
        id: `${name}-id`,
        state: { ...(inputs as object), status: { loadBalancer: { ingress: [{ ip: "203.0.113.5" }] } } },
      }),
      call: () => ({ kubeconfigs: [{ name: "user", value: Buffer.from("apiVersion: v1").toString("base64") }] }),
    },
    "meshlift",
    "bench",
    false,
    "organization",
  );
  runtime.setAllConfig({
    "meshlift:phase": "shift",
    "meshlift:weight": "50",
    "meshlift:aksAddon": JSON.stringify(settings),
  });
  const program = (await import("../index.js")) as unknown as { readonly default: () => Promise<unknown> };
  await program.default();
}

void main();
