import { version } from "@pulumi/kubernetes/package.json";
import { serveProvider } from "../kit/index";
import { KubernetesProvider } from "./provider";

serveProvider(new KubernetesProvider(version));
