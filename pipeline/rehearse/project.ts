import { copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { LabFacts } from "./facts";

/** Names of the rehearsal's own environment, as any environment chooses them. */
export const REHEARSAL = {
  stack: "rehearsal",
  publicHost: "bookinfo.example.com",
  source: { resourceGroup: "rg-bookinfo-old", name: "bookinfo-old" },
  target: { resourceGroup: "rg-bookinfo-new", name: "bookinfo-new" },
  gateways: {
    source: { namespace: "istio-system", service: "istio-ingressgateway" },
    target: { namespace: "aks-istio-ingress", service: "aks-istio-ingressgateway-external" },
  },
  virtualService: { namespace: "default", name: "bookinfo" },
  temporaryHost: "v2.example.com",
  ramp: [10, 25, 50, 75, 100],
  /** seconds a resolver may keep the address: users follow the DNS change within this time */
  ttlSeconds: 5,
} as const;

/** The stack's configuration: the sample of the migration guide with the lab's addresses. */
export function rehearsalConfig(facts: LabFacts): Readonly<Record<string, unknown>> {
  const bookinfo = join(facts.istio, "samples/bookinfo");
  const kubernetesVersion = facts.kubernetesVersion.split(".").slice(0, 2).join(".");
  return {
    "meshlift:migration": "aks-addon",
    "meshlift:layer": "all",
    "meshlift:phase": "prepare",
    "meshlift:weight": 0,
    "meshlift:ramp": [...REHEARSAL.ramp],
    "meshlift:aksAddon": {
      location: "westeurope",
      publicHost: REHEARSAL.publicHost,
      resourceManagerEndpoint: facts.arm,
      source: {
        kind: "create",
        ...REHEARSAL.source,
        kubernetesVersion,
        istioVersion: facts.istioVersion,
        chartRepository: facts.charts,
        helmValues: facts.helmValues,
        ingress: REHEARSAL.gateways.source,
      },
      target: {
        ...REHEARSAL.target,
        kubernetesVersion,
        ingress: { external: true, internal: false },
        meshConfig: { accessLogFile: "/dev/stdout" },
      },
      namespaces: ["default"],
      manifests: [
        join(bookinfo, "platform/kube/bookinfo.yaml"),
        join(bookinfo, "networking/destination-rule-all.yaml"),
        join(bookinfo, "networking/bookinfo-gateway.yaml"),
      ],
      route: {
        virtualService: REHEARSAL.virtualService,
        routes: "all",
        temporaryHost: REHEARSAL.temporaryHost,
        onForeignChange: "freeze",
      },
      dns: {
        resourceGroup: "rg-dns",
        zone: "example.com",
        createZone: true,
        record: "bookinfo",
        ttlSeconds: REHEARSAL.ttlSeconds,
      },
    },
  };
}

/**
 * A project folder for one run: the checkout's Pulumi.yaml and program by links, its own stack file and its own empty
 * state. The engine keeps the stack file up to date; the checkout itself stays as it was. Returns the backend's URL.
 * The state of an earlier run goes: it speaks of clusters that went with their lab.
 */
export function layProject(projectDir: string, workDir: string, config: Readonly<Record<string, unknown>>): string {
  rmSync(workDir, { recursive: true, force: true });
  mkdirSync(workDir, { recursive: true });
  copyFileSync(join(projectDir, "Pulumi.yaml"), join(workDir, "Pulumi.yaml"));
  for (const name of ["bin", "node_modules", "package.json"]) symlinkSync(join(projectDir, name), join(workDir, name));
  writeFileSync(join(workDir, `Pulumi.${REHEARSAL.stack}.yaml`), stringify({ config }, { lineWidth: 0 }));
  const state = join(workDir, "state");
  mkdirSync(state);
  return `file://${state}`;
}
