/**
 * The lab's cloud: one process in the namespace that plays the Internet, with the resource manager's API, the DNS of public zones, the
 * repository of Istio's charts, and the admission webhook and load balancers of the clusters. Its state is in `cloud/` of the lab's
 * folder; it may be ended and started at any time, clusters go on running meanwhile.
 */
import type { Server } from "node:net";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ensureCharts, ensureImages } from "../images";
import { OUTSIDE_ADDRESS } from "../network/plan";
import { labDir } from "../paths";
import { ensureTools } from "../tools";
import { Charts } from "./addon/charts";
import { Mesh } from "./addon/mesh";
import { webhookCertificate, webhookServer } from "./addon/webhook";
import { Machine } from "./aks/machine";
import { labRegion } from "./aks/region";
import { publicAddress } from "./aks/routes";
import { assemble } from "./assemble";
import { armServer } from "./arm/server";
import { Tokens } from "./arm/token";
import { serveDns } from "./dns/server";
import { zonesOf } from "./dns/zones";
import { log, messageOf } from "./log";
import { chartRepository } from "./repository";
import { Store } from "./store";

const ARM_PORT = 8070;
const WEBHOOK_PORT = 8071;
const CHARTS_PORT = 8879;
const DNS_PORT = 53;

async function main(): Promise<void> {
  const folder = join(labDir(), "cloud");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const tools = await ensureTools(log);
  const [images, chartFolder] = [await ensureImages(tools, log), await ensureCharts(tools, log)];
  const { istioVersion: version, kubernetesVersion } = tools;
  const region = labRegion(version, kubernetesVersion);
  const store = new Store(join(folder, "state.json"));
  const machine = new Machine(tools, images, (cluster, group, name) => publicAddress(store, cluster, group, name));
  const certificate = webhookCertificate(folder, OUTSIDE_ADDRESS);
  const helm = join(tools.bin, "helm");
  const charts = new Charts({ helm, folder: chartFolder, version, kubernetesVersion, home: join(folder, "helm") });
  const mesh = new Mesh(charts, {
    url: `https://${OUTSIDE_ADDRESS}:${String(WEBHOOK_PORT)}/mesh-config`,
    caBundle: Buffer.from(certificate.certificate).toString("base64"),
  });
  const origin = `http://${OUTSIDE_ADDRESS}:${String(ARM_PORT)}`;
  const { routes, clusters } = assemble({ store, origin, machine, mesh, region });
  await clusters.resume();
  const dns = await serveDns(OUTSIDE_ADDRESS, DNS_PORT, () => zonesOf(store));
  const servers = await Promise.all([
    listening(chartRepository(chartFolder), CHARTS_PORT),
    listening(webhookServer(certificate), WEBHOOK_PORT),
    listening(armServer(routes, new Tokens(join(folder, "token.key"))), ARM_PORT),
  ]);
  log(`the lab's cloud listens on ${OUTSIDE_ADDRESS}`);
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      log(`${signal}: closing`);
      dns.close();
      for (const server of servers) server.close();
      // Work on clusters is not awaited: the next daemon takes it up from the record.
      void machine.close().finally(() => process.exit(0));
    });
  }
}

async function listening<T extends Server>(server: T, port: number): Promise<T> {
  server.listen(port, OUTSIDE_ADDRESS);
  await once(server, "listening");
  return server;
}

main().catch((error: unknown) => {
  process.stderr.write(`The lab's cloud cannot start: ${messageOf(error)}\n`);
  process.exit(1);
});
