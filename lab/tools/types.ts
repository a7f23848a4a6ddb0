/** Where the lab's programs are and which versions they have. */
export interface Tools {
  /** One folder with etcd, the Kubernetes programs, coredns, helm, pulumi, pilot-discovery, pilot-agent and envoy. */
  readonly bin: string;
  /** Istio's sources as far as the lab uses them: manifests/charts, samples, tools/packaging. */
  readonly istio: string;
  readonly istioVersion: string;
  readonly kubernetesVersion: string;
}
