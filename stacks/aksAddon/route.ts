import type { LiveCluster } from "../../components/kube/live";
import type { WeightedRouteArgs } from "../../components/routing/WeightedRoute";
import { TARGET_PORT } from "../../components/routing/TargetServiceEntry";
import { isObject, listAt, objectAt } from "../../core/json";
import { isIstio, titleOf, type KubernetesObject, type Manifest } from "../../core/manifests/object";
import { decideRelease, decideWrite, ORIGINAL_HTTP } from "../../core/ownership";
import { accept, refuse, type Problem, type Result } from "../../core/problems";
import { splitRoutes, type HttpRoute, type Split } from "../../core/routes";
import type { Settings } from "../../core/settings";

/** What is to be done to the VirtualService in this phase: nothing, or exactly this. */
export type RoutePlan = { readonly write: WeightedRouteArgs | undefined; readonly explanation: string };

/** The split that the settings ask for; in `prepare` it is only tried, never written. */
function splitOf(settings: Settings): Split {
  const { routes, temporaryHost } = settings.aksAddon.route;
  return { routes, target: { host: temporaryHost, port: TARGET_PORT }, weight: settings.weight };
}

/** Whether the source is no longer the program's business in this phase. */
export function isReleased(settings: Settings): boolean {
  return settings.phase === "retire" && settings.aksAddon.retireSource;
}

/**
 * The route on a source that this program creates: written from the manifests in every phase, split from `shift` on,
 * and gone together with the source.
 */
export function planOwnedRoute(settings: Settings, manifests: readonly Manifest[]): Result<RoutePlan> {
  const { virtualService } = settings.aksAddon.route;
  const found = manifests.find((manifest) => isTheRoute(manifest.object, virtualService));
  if (found === undefined) {
    const others = manifests.filter(({ object }) => object.kind === "VirtualService" && isIstio(object));
    return refuse({
      path: "aksAddon.route.virtualService",
      value: `${virtualService.namespace}/${virtualService.name}`,
      rule: "there is no such VirtualService among the manifests of the source",
      remedy: `add the file that holds it, or name one of: ${others.map(({ object }) => titleOf(object)).join(", ") || "(the manifests hold none)"}`,
    });
  }
  const http = listAt(objectAt(found.object, "spec"), "http").filter(isObject) as readonly HttpRoute[];
  const split = splitRoutes(http, splitOf(settings));
  if (!split.ok) return split;
  if (isReleased(settings)) return accept({ write: undefined, explanation: "the route goes with its cluster" });
  const written = settings.phase === "prepare" ? http : split.value;
  return accept({
    write: { kind: "owned", object: found.object, http: written },
    explanation: "the route is written from the manifests",
  });
}

/**
 * The route on a source that exists: untouched in `prepare` (but tried, so that what cannot be split is known early),
 * split from `shift` on, given back with its original routes once the source is released.
 */
export async function planAdoptedRoute(settings: Settings, source: LiveCluster): Promise<Result<RoutePlan>> {
  const { virtualService, onForeignChange } = settings.aksAddon.route;
  const { namespace, name } = virtualService;
  const live = await source.virtualService(namespace, name);
  const place = { kind: "adopted", apiVersion: live.apiVersion, namespace, name } as const;
  if (isReleased(settings)) {
    const release = decideRelease(live, splitOf(settings), onForeignChange);
    if (!release.ok) return release;
    const { http, explanation } = release.value;
    return accept({ write: { ...place, http, annotations: {}, protect: false }, explanation });
  }
  const decided = decideWrite(live, splitOf(settings), onForeignChange);
  if (!decided.ok) return decided;
  const { http, annotations, explanation, unchanged } = decided.value;
  if (settings.phase === "prepare") {
    const held = live.annotations?.[ORIGINAL_HTTP] !== undefined;
    return held && !unchanged ? refuse(stillSplit(namespace, name)) : accept({ write: undefined, explanation });
  }
  return accept({ write: { ...place, http, annotations, protect: settings.weight > 0 }, explanation });
}

function stillSplit(namespace: string, name: string): Problem {
  return {
    path: "phase",
    value: "prepare",
    rule: `VirtualService ${namespace}/${name} still sends requests to the target, and phase prepare would take the target's host away from it`,
    remedy: "bring meshlift:weight to 0 in phase shift first",
  };
}

/** Whether an object is the VirtualService whose routes are split. */
export function isTheRoute(
  object: KubernetesObject,
  route: { readonly namespace: string; readonly name: string },
): boolean {
  return (
    object.kind === "VirtualService" &&
    isIstio(object) &&
    object.metadata.name === route.name &&
    (object.metadata.namespace ?? "default") === route.namespace
  );
}
