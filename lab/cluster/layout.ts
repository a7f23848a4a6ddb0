/** Where a cluster keeps what, and what its daemons are called. */
import { join } from "node:path";
import { clusterNetwork, type ClusterNetwork } from "../network/plan";
import { socketsDir } from "./record";

export interface Layout {
  readonly name: string;
  readonly nodeName: string;
  readonly network: ClusterNetwork;
  readonly directory: string;
  readonly credentials: string;
  readonly socket: string;
  /** File in the credentials' folder. */
  secret(file: string): string;
  /** The name of a daemon of this cluster, for its record and log. */
  daemon(program: string): string;
}

export function clusterLayout(name: string, index: number, directory: string): Layout {
  const credentials = join(directory, "credentials");
  return {
    name,
    nodeName: `${name}-node`,
    network: clusterNetwork(name, index),
    directory,
    credentials,
    socket: join(socketsDir(name), "containerd.sock"),
    secret: (file) => join(credentials, file),
    daemon: (program) => `${name}-${program}`,
  };
}
