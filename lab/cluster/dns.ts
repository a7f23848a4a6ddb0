/** Cluster DNS: CoreDNS as a process on the node's address, reading Services and EndpointSlices from the API server. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { KubeClient, KubeObject } from "../kube";
import { OUTSIDE_ADDRESS } from "../network/plan";
import { startDaemon } from "../process";
import type { Layout } from "./layout";

const ROLE: KubeObject = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRole",
  metadata: { name: "system:coredns" },
  rules: [
    { apiGroups: [""], resources: ["endpoints", "services", "pods", "namespaces"], verbs: ["list", "watch"] },
    { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
  ],
};

const BINDING: KubeObject = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRoleBinding",
  metadata: { name: "system:coredns" },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:coredns" },
  subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "system:coredns" }],
};

/** The same plugins and times as the configuration that managed clusters come with, as far as they concern a process. */
function corefile(layout: Layout): string {
  const { node } = layout.network;
  return `.:53 {
  bind ${node}
  errors
  ready ${node}:8181
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    kubeconfig ${layout.secret("coredns.kubeconfig")} ${layout.name}
    pods insecure
    fallthrough in-addr.arpa ip6.arpa
    ttl 30
  }
  forward . ${OUTSIDE_ADDRESS}
  cache 30
}
`;
}

/** Lets CoreDNS read what it serves, and starts it. */
export async function startDns(layout: Layout, bin: string, client: KubeClient): Promise<void> {
  await Promise.all([client.apply(ROLE), client.apply(BINDING)]);
  const file = join(layout.directory, "Corefile");
  writeFileSync(file, corefile(layout));
  await startDaemon({
    name: layout.daemon("coredns"),
    netns: layout.network.netns,
    argv: [join(bin, "coredns"), "-conf", file],
  });
}

/** The address whose answer 200 means that CoreDNS has read the cluster's Services once. */
export function dnsReadyUrl(layout: Layout): string {
  return `http://${layout.network.node}:8181/ready`;
}
