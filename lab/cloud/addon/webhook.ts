import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import { join } from "node:path";
import { isObject, objectAt, textAt } from "../json";
import { denyMeshConfig } from "./allowed";

export interface Certificate {
  readonly key: string;
  readonly certificate: string;
}

/**
 * A self-signed certificate for the webhook, made on first use and kept, because the clusters have been told to trust it.
 *
 * @param folder where it lives
 * @param address IP address that clients use
 */
export function webhookCertificate(folder: string, address: string): Certificate {
  const key = join(folder, "webhook.key");
  const certificate = join(folder, "webhook.crt");
  if (!existsSync(certificate)) {
    const request = [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-days",
      "3650",
    ];
    const names = ["-subj", "/CN=azure-service-mesh-ccp", "-addext", `subjectAltName=IP:${address}`];
    execFileSync("openssl", [...request, ...names, "-keyout", key, "-out", certificate], { stdio: "pipe" });
  }
  return { key: readFileSync(key, "utf8"), certificate: readFileSync(certificate, "utf8") };
}

/** The answer to an AdmissionReview of a shared mesh ConfigMap. */
export function review(body: unknown): object {
  const uid = textAt(body, "request", "uid") ?? "";
  const denied = denyMeshConfig(textAt(objectAt(body, "request", "object"), "data", "mesh") ?? "");
  const response =
    denied === undefined ? { uid, allowed: true } : { uid, allowed: false, status: { code: 403, message: denied } };
  return { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response };
}

/** The admission webhook that the add-on keeps outside of the cluster, with the service's control planes. */
export function webhookServer(certificate: Certificate): Server {
  return createServer({ key: certificate.key, cert: certificate.certificate }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      let body: unknown;
      try {
        body = JSON.parse(Buffer.concat(chunks).toString("utf8"));
      } catch {
        body = undefined;
      }
      response.writeHead(isObject(body) ? 200 : 400, { "content-type": "application/json" });
      response.end(isObject(body) ? JSON.stringify(review(body)) : "");
    });
  });
}
