import type { ImageConfig } from "./archive";
import { details, ownGoProgram, pilot, productpage, proxy, ratings, type Site } from "./fill";
import type { Trial } from "./try";

export interface ImageRecipe {
  readonly reference: string;
  /** Whether the image's own layer lies on the shared Debian layer; programs without libraries need none. */
  readonly onBase: boolean;
  readonly config: ImageConfig;
  readonly trial?: Trial;
  /** Images of the same name share one layer. */
  readonly layer: string;
  readonly fill: (site: Site) => Promise<void>;
}

const bookinfo = (service: string): string => `registry.istio.io/release/examples-bookinfo-${service}:1.20.3`;
const user = { User: "1000" };

function reviews(version: "v1" | "v2" | "v3", ratingsEnabled: boolean, color: string): ImageRecipe {
  const Env = [`SERVICE_VERSION=${version}`, `ENABLE_RATINGS=${String(ratingsEnabled)}`, `STAR_COLOR=${color}`];
  return {
    reference: bookinfo(`reviews-${version}`),
    onBase: false,
    config: { ...user, Entrypoint: ["/reviews"], Env },
    trial: { path: "/reviews/0", contains: '"podname":"trial"' },
    layer: "reviews",
    fill: (site) => ownGoProgram("reviews", site),
  };
}

const gunicorn = ["python3.11", "-m", "gunicorn", "--chdir", "/opt/microservices", "--bind", "0.0.0.0:9080", "-w", "2"];

export function imageRecipes(istioVersion: string): readonly ImageRecipe[] {
  return [
    {
      reference: "docker.io/lab/pause:1",
      onBase: false,
      config: { Entrypoint: ["/pause"], User: "65535:65535" },
      layer: "pause",
      fill: (site) => ownGoProgram("pause", site),
    },
    {
      reference: `registry.istio.io/release/pilot:${istioVersion}`,
      onBase: false,
      config: { Entrypoint: ["/usr/local/bin/pilot-discovery"], User: "1337:1337" },
      trial: { command: ["/usr/local/bin/pilot-discovery", "version", "--short"], contains: istioVersion },
      layer: "pilot",
      fill: pilot,
    },
    {
      reference: `registry.istio.io/release/proxyv2:${istioVersion}`,
      onBase: true,
      config: { Entrypoint: ["/usr/local/bin/pilot-agent"], WorkingDir: "/" },
      // Envoy is the one that needs libraries; that istio-init finds iptables shows in its answer, too.
      trial: { command: ["/bin/sh", "-c", "iptables --version && envoy --version"], contains: "version:" },
      layer: "proxyv2",
      fill: proxy,
    },
    {
      reference: bookinfo("productpage-v1"),
      onBase: true,
      config: {
        ...user,
        WorkingDir: "/opt/microservices",
        Env: ["FLOOD_FACTOR=0", "PYTHONDONTWRITEBYTECODE=1", "PYTHONUNBUFFERED=1"],
        // Two workers: a lab has few processors. A long keep-alive: a server that closes idle connections races with the
        // proxy's next request, and a request lost that way would look like one lost by the migration.
        Cmd: [...gunicorn, "-k", "gevent", "--keep-alive", "3600", "lab:application"],
      },
      trial: { path: "/productpage", contains: '"x-lab-pod","trial"' },
      layer: "productpage",
      fill: productpage,
    },
    {
      reference: bookinfo("details-v1"),
      onBase: true,
      config: {
        ...user,
        WorkingDir: "/opt/microservices",
        Env: ["SERVICE_VERSION=v1", "ENABLE_EXTERNAL_BOOK_SERVICE=false"],
        Cmd: ["ruby", "/opt/microservices/details.rb", "9080"],
      },
      trial: { path: "/details/0", contains: "William Shakespeare" },
      layer: "details",
      fill: details,
    },
    {
      reference: bookinfo("ratings-v1"),
      onBase: true,
      config: {
        ...user,
        WorkingDir: "/opt/microservices",
        Env: ["SERVICE_VERSION=v1"],
        Cmd: ["node", "/opt/microservices/ratings.js", "9080"],
      },
      trial: { path: "/ratings/0", contains: "Reviewer1" },
      layer: "ratings",
      fill: ratings,
    },
    reviews("v1", false, "black"),
    reviews("v2", true, "black"),
    reviews("v3", true, "red"),
  ];
}
