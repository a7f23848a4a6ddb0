import type { KubeClient, KubeObject } from "../../kube";
import { ADDON_MANAGER } from "./names";

// More requests at once only queue up inside the one API server of a two-core machine.
const AT_ONCE = 6;

/** Applies all objects, several at a time, in no particular order. */
export async function applyAll(kube: KubeClient, objects: readonly KubeObject[]): Promise<void> {
  await each(objects, async (object) => {
    await kube.apply(withoutEmptyMaps(object), ADDON_MANAGER);
  });
}

/**
 * Charts render `annotations: {}` where there are none. Applied as it is, the empty map itself would be owned, and users
 * who add an annotation, as they may on the service's gateways, would meet a conflict.
 */
function withoutEmptyMaps(object: KubeObject): KubeObject {
  const { annotations, labels, ...rest } = object.metadata;
  const metadata = {
    ...rest,
    ...(Object.keys(annotations ?? {}).length > 0 ? { annotations } : {}),
    ...(Object.keys(labels ?? {}).length > 0 ? { labels } : {}),
  };
  return { ...object, metadata };
}

/** Removes all objects that exist; kinds that the API server does not know are passed over. */
export async function removeAll(kube: KubeClient, objects: readonly KubeObject[]): Promise<void> {
  await each(objects, async (object) => {
    const path = await kube.pathOf(object).catch(() => undefined);
    if (path !== undefined) await kube.remove(path);
  });
}

async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

export function namespace(name: string): KubeObject {
  const labels = { "kubernetes.io/cluster-service": "true", "app.kubernetes.io/managed-by": ADDON_MANAGER };
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
}
