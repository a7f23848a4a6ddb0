import { version } from "@pulumi/azure-native/package.json";
import { serveProvider } from "../kit/index";
import { AzureProvider } from "./provider";

serveProvider(new AzureProvider(version, process.env["MESHLIFT_LAB_ARM"] ?? "http://198.18.0.1:8070"));
