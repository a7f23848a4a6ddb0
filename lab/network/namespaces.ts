/** Network namespaces, cables, routes and packet rules of the lab. Nothing here touches the machine's own network. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { ensureHostFolder } from "../hostFolders";
import { run } from "../process";
import { NAMESPACE_PREFIX, OUTSIDE, OUTSIDE_ADDRESS, OUTSIDE_BRIDGE, type ClusterNetwork } from "./plan";

const NETNS_DIR = "/run/netns";

/** Writes kernel settings of a namespace; those that this kernel does not have are left out. */
async function setKernel(netns: string, settings: Readonly<Record<string, string>>): Promise<void> {
  const script = Object.entries(settings)
    .map(([key, value]) => `[ ! -e /proc/sys/${key} ] || echo '${value}' > /proc/sys/${key}`)
    .join("\n");
  await run(["sh", "-e"], { netns, input: script });
}

/** Every node and the outside forward packets between interfaces, on paths that differ by direction. */
const ROUTER_SETTINGS = {
  "net/ipv4/ip_forward": "1",
  // Answers of a load balancer's node come straight over the bridge, not through the router that forwarded the request.
  "net/ipv4/conf/all/rp_filter": "0",
  "net/ipv4/conf/default/rp_filter": "0",
  // A router on the same wire would otherwise tell each client of a better way, once per destination.
  "net/ipv4/conf/all/send_redirects": "0",
  "net/ipv4/conf/default/send_redirects": "0",
  "net/ipv4/conf/all/accept_redirects": "0",
  "net/ipv4/conf/default/accept_redirects": "0",
  "net/ipv4/ip_local_port_range": "10000 60999",
};

/** True when `meshlift-NAME` (the full name is given) exists. */
export function namespaceExists(netns: string): boolean {
  return existsSync(join(NETNS_DIR, netns));
}

/** True when the caller itself runs inside of that namespace. */
export function insideNamespace(netns: string): boolean {
  try {
    return statSync(join(NETNS_DIR, netns)).ino === statSync("/proc/self/ns/net").ino;
  } catch {
    return false;
  }
}

/** True when the outside network is whole: a command that was killed may have left half of it. */
async function outsideIsWhole(): Promise<boolean> {
  if (!namespaceExists(OUTSIDE)) return false;
  const links = await run(["ip", "-n", OUTSIDE, "-brief", "address", "show", "up"]).catch(() => "");
  return links
    .split("\n")
    .some((line) => line.startsWith(`${OUTSIDE_BRIDGE} `) && line.includes(` ${OUTSIDE_ADDRESS}/`));
}

/** Makes the outside network (bridge, address, forwarding); does nothing when it is there. */
export async function ensureOutside(): Promise<void> {
  if (await outsideIsWhole()) return;
  if (namespaceExists(OUTSIDE)) await run(["ip", "netns", "del", OUTSIDE]);
  // `ip netns` makes its folder, and mounts it on itself, when it is used for the first time.
  ensureHostFolder(NETNS_DIR, false);
  await run(["ip", "netns", "add", OUTSIDE]);
  await setKernel(OUTSIDE, { ...ROUTER_SETTINGS, "net/bridge/bridge-nf-call-iptables": "0" });
  await run(["ip", "-n", OUTSIDE, "-batch", "-"], {
    input: [
      "link set lo up",
      // Without spanning tree's forward delay a new port would be deaf for seconds.
      `link add ${OUTSIDE_BRIDGE} type bridge forward_delay 0`,
      `address add ${OUTSIDE_ADDRESS}/24 dev ${OUTSIDE_BRIDGE}`,
      `link set ${OUTSIDE_BRIDGE} up`,
    ].join("\n"),
  });
}

/** Makes a node's namespace, plugs it into the outside network and routes its load balancer addresses to it. */
export async function createNodeNetwork(network: ClusterNetwork): Promise<void> {
  const { netns, node, outsideLink } = network;
  await run(["ip", "netns", "add", netns]);
  await setKernel(netns, {
    ...ROUTER_SETTINGS,
    // A proxy that closes early makes segments that conntrack would call invalid, and kube-proxy's rules drop.
    "net/netfilter/nf_conntrack_tcp_be_liberal": "1",
  });
  await run([
    "ip",
    "link",
    "add",
    outsideLink,
    "netns",
    OUTSIDE,
    "type",
    "veth",
    "peer",
    "name",
    "eth0",
    "netns",
    netns,
  ]);
  await run(["ip", "-n", OUTSIDE, "-batch", "-"], {
    input: [
      `link set ${outsideLink} master ${OUTSIDE_BRIDGE} up`,
      `route replace ${network.loadBalancerPool} via ${node}`,
    ].join("\n"),
  });
  await run(["ip", "-n", netns, "-batch", "-"], {
    input: [
      "link set lo up",
      `address add ${node}/24 dev eth0`,
      "link set eth0 up",
      `route add default via ${OUTSIDE_ADDRESS}`,
    ].join("\n"),
  });
  await run(["iptables-restore", "--noflush"], { netns, input: packetRules(network) });
}

function packetRules(network: ClusterNetwork): string {
  return [
    "*nat",
    // Random ports: two pods that leave at the same moment from the same port must not be given the same one.
    `-A POSTROUTING -s ${network.pods} ! -d ${network.pods} -o eth0 -j MASQUERADE --random-fully`,
    "COMMIT",
    "*filter",
    // A load balancer address that no Service has would go round in circles between node and router.
    `-A FORWARD -d ${network.loadBalancerPool} -j REJECT --reject-with icmp-host-unreachable`,
    "COMMIT",
    "",
  ].join("\n");
}

/** Removes a node's namespace with all that is in it, and its route; does nothing when it is not there. */
export async function deleteNodeNetwork(network: ClusterNetwork): Promise<void> {
  if (namespaceExists(OUTSIDE)) {
    // The kernel destroys a namespace's links some time after it; a next cluster may want the name at once.
    await run(["ip", "-n", OUTSIDE, "link", "del", network.outsideLink]).catch(() => undefined);
    await run(["ip", "-n", OUTSIDE, "route", "del", network.loadBalancerPool]).catch(() => undefined);
  }
  if (namespaceExists(network.netns)) await run(["ip", "netns", "del", network.netns]);
}

/** Names of the lab's namespaces that exist on this machine, whoever made them. */
export function labNamespaces(): readonly string[] {
  return existsSync(NETNS_DIR) ? readdirSync(NETNS_DIR).filter((name) => name.startsWith(NAMESPACE_PREFIX)) : [];
}

/** Ids of the processes in the given network namespaces, started by the lab or by hand: they would keep them alive. */
export function processesIn(netns: readonly string[]): readonly number[] {
  const inodes = new Set(netns.filter(namespaceExists).map((name) => statSync(join(NETNS_DIR, name)).ino));
  return readdirSync("/proc")
    .filter((entry) => {
      try {
        return /^\d+$/.test(entry) && inodes.has(statSync(`/proc/${entry}/ns/net`).ino);
      } catch {
        return false; // Ended meanwhile.
      }
    })
    .map(Number);
}

/** Removes every namespace of the lab. */
export async function deleteAllNamespaces(): Promise<void> {
  for (const name of labNamespaces()) await run(["ip", "netns", "del", name]);
}
