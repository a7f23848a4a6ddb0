import { isObject } from "../json";
import { draftAt, refused, type Translation } from "./addon";
import { groupOf } from "./object";

interface Blocked {
  readonly check: string;
  readonly why: string;
  readonly remedy: string;
}

/** Kinds that the add-on's admission denies, with what to do instead (aks-istio-addon, section 3, K01 to K04). */
const KINDS: Readonly<Record<string, Blocked>> = {
  "install.istio.io/IstioOperator": {
    check: "K01",
    why: "the add-on denies IstioOperator, as Azure installs the mesh itself",
    remedy:
      "move spec.meshConfig to the setting aksAddon.target.meshConfig, the gateways to aksAddon.target.ingress, and leave this object out",
  },
  "networking.istio.io/ProxyConfig": {
    check: "K02",
    why: "the add-on denies ProxyConfig",
    remedy:
      "set mesh-wide values in aksAddon.target.meshConfig.defaultConfig, others in the pods' annotation proxy.istio.io/config, and leave this object out",
  },
  "networking.istio.io/WorkloadEntry": {
    check: "K03",
    why: "the add-on denies WorkloadEntry, and machines cannot be members of its mesh",
    remedy: "write the address into the endpoints of a ServiceEntry",
  },
  "networking.istio.io/WorkloadGroup": {
    check: "K03",
    why: "the add-on denies WorkloadGroup, and machines cannot be members of its mesh",
    remedy: "keep the machine outside the mesh and reach it through the endpoints of a ServiceEntry",
  },
  "extensions.istio.io/WasmPlugin": {
    check: "K04",
    why: "the add-on denies WasmPlugin",
    remedy:
      "load the filter with an EnvoyFilter (allowed since the release of 2025-10-12, without Azure support), or leave it out",
  },
};

/** Refuses what the add-on would deny. Checked here too, as its webhook fails open while it is down. */
export function refuseBlocked(on: Translation): void {
  const { object } = on.manifest;
  const blocked = KINDS[`${groupOf(object)}/${object.kind}`];
  if (blocked !== undefined) refused(on, "", undefined, blocked.why, blocked.remedy, blocked.check);
  if (groupOf(object) === "networking.istio.io" && object.kind === "ServiceEntry") refuseWorkloadSelector(on);
  refuseAmbient(on);
}

function refuseWorkloadSelector(on: Translation): void {
  const selector = draftAt(on.draft["spec"], "workloadSelector");
  if (selector === undefined) return;
  refused(
    on,
    "spec.workloadSelector",
    selector,
    "a ServiceEntry that selects workloads is meant for machines in the mesh, which the add-on does not have",
    "write the addresses into spec.endpoints, or use a Service for pods",
    "K03",
  );
}

const AMBIENT = ["istio.io/dataplane-mode", "istio.io/use-waypoint"] as const;

function refuseAmbient(on: Translation): void {
  const labels = on.manifest.object.metadata.labels;
  if (!isObject(labels)) return;
  for (const label of AMBIENT) {
    const value = labels[label];
    if (value === undefined || value === "none") continue;
    refused(
      on,
      `metadata.labels["${label}"]`,
      value,
      "the add-on has no ambient mode",
      "remove the label; the pods get sidecars on the target",
      "K11",
    );
  }
}
