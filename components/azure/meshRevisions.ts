import * as authorization from "@pulumi/azure-native/authorization";
import * as pulumi from "@pulumi/pulumi";
import { get, reasonOf } from "../http";

const API_VERSION = "2025-09-01";
const TIMEOUT_SECONDS = 15;

/**
 * What the region offers of the Istio add-on, as Azure Resource Manager says it; the SDK has no function for it.
 *
 * @returns the answer as text, or undefined, with a warning, when it cannot be had: the caller then falls back on the
 *   table that the program carries, and the service itself still refuses what it does not offer.
 */
export async function fetchRegionProfile(endpoint: string, location: string): Promise<string | undefined> {
  try {
    const { subscriptionId } = await authorization.getClientConfig();
    const { token } = await authorization.getClientToken({ endpoint: `${endpoint}/` });
    const url = new URL(
      `/subscriptions/${subscriptionId}/providers/Microsoft.ContainerService/locations/${location}/meshRevisionProfiles/istio?api-version=${API_VERSION}`,
      endpoint,
    );
    const answer = await get(url, { headers: { authorization: `Bearer ${token}` } }, TIMEOUT_SECONDS);
    if (answer.status === 200) return answer.body;
    await warn(location, `${url.origin} answered ${String(answer.status)}`);
  } catch (error) {
    await warn(location, reasonOf(error));
  }
  return undefined;
}

function warn(location: string, reason: string): Promise<void> {
  return pulumi.log.warn(
    `The revisions that ${location} offers could not be read (${reason}); the program's own table is used instead.`,
  );
}
