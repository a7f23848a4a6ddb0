/** The type token of a Helm release: the one resource of this provider that is not a Kubernetes object. */
export const RELEASE_TYPE = "kubernetes:helm.sh/v3:Release";
