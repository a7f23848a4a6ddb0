import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { type handleUnaryCall, Server, ServerCredentials, status } from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/language_pb";
import { version as sdkVersion } from "@pulumi/pulumi/package.json";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { dieWithParent } from "../providers/kit/serve";
import { type NodeCommand, nodeCommand, type ProgramRun } from "./program";

// The SDK's runner ends with this code when it has shown the error itself, so that nobody repeats it.
const ERROR_ALREADY_SHOWN = 32;
const KILL_AFTER_MS = 5_000;

let engine = process.argv.slice(2).find((argument) => !argument.startsWith("-")) ?? "";
const children = new Set<ChildProcess>();

const service = {
  handshake: unary((request: pb.LanguageHandshakeRequest) => {
    engine = request.getEngineAddress();
    return new pb.LanguageHandshakeResponse();
  }),
  getPluginInfo: unary(() => {
    const info = new PluginInfo();
    info.setVersion(sdkVersion);
    return info;
  }),
  // Providers are asked for by the resources themselves; nothing has to be fetched before a run.
  getRequiredPlugins: unary(() => new pb.GetRequiredPluginsResponse()),
  getRequiredPackages: unary(() => new pb.GetRequiredPackagesResponse()),
  runtimeOptionsPrompts: unary(() => new pb.RuntimeOptionsResponse()),
  about: unary(() => {
    const about = new pb.AboutResponse();
    about.setExecutable(process.execPath);
    about.setVersion(process.version);
    return about;
  }),
  getProgramDependencies: unary(async (request: pb.GetProgramDependenciesRequest) => {
    const response = new pb.GetProgramDependenciesResponse();
    response.setDependenciesList(await dependencies(request.getInfo()?.getProgramDirectory() || request.getPwd()));
    return response;
  }),
  run: unary((request: pb.RunRequest) => run(request)),
  cancel: unary(() => {
    stopChildren();
    return new Empty();
  }),
};

const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
server.addService(LanguageRuntimeService, service);
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) {
    process.stderr.write(`The Node language host cannot listen on 127.0.0.1: ${error.message}\n`);
    process.exit(1);
  }
  process.stdout.write(`${String(port)}\n`);
});
dieWithParent();
// The program must not go on without an engine.
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});

async function run(request: pb.RunRequest): Promise<pb.RunResponse> {
  const response = new pb.RunResponse();
  const { code, signal } = await ended(nodeCommand(programRun(request)), request.getPwd());
  if (code === ERROR_ALREADY_SHOWN) response.setBail(true);
  else if (signal !== null) response.setError(`The program was ended by ${signal}.`);
  else if (code !== 0) response.setError(`The program ended with exit code ${String(code)}.`);
  return response;
}

function programRun(request: pb.RunRequest): ProgramRun {
  const info = request.getInfo();
  return {
    project: request.getProject(),
    stack: request.getStack(),
    organization: request.getOrganization(),
    pwd: request.getPwd(),
    rootDirectory: info?.getRootDirectory() ?? "",
    directory: info?.getProgramDirectory() || request.getPwd(),
    entryPoint: info?.getEntryPoint() || request.getProgram(),
    options: info?.getOptions()?.toJavaScript() ?? {},
    arguments: request.getArgsList(),
    config: Object.fromEntries(request.getConfigMap().entries()),
    secretKeys: request.getConfigsecretkeysList(),
    dryRun: request.getDryrun(),
    parallel: request.getParallel(),
    monitor: request.getMonitorAddress(),
    engine,
  };
}

function ended(command: NodeCommand, cwd: string): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    // The engine shows what the program prints by reading this process's own streams.
    const child = spawn(process.execPath, command.argv, {
      cwd,
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, ...command.env },
    });
    children.add(child);
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      children.delete(child);
      resolve({ code, signal });
    });
  });
}

function stopChildren(): void {
  for (const child of children) {
    child.kill("SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS).unref();
  }
}

async function dependencies(folder: string): Promise<pb.DependencyInfo[]> {
  const text = await readFile(path.join(folder, "package.json"), "utf8").catch(() => "{}");
  const manifest = JSON.parse(text) as { dependencies?: Record<string, string> };
  return Object.entries(manifest.dependencies ?? {}).map(([name, wanted]) => {
    const info = new pb.DependencyInfo();
    info.setName(name);
    info.setVersion(wanted);
    return info;
  });
}

function unary<Request, Response>(
  handle: (request: Request) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    const answer = async (): Promise<Response> => handle(call.request);
    answer().then(
      (response) => {
        callback(null, response);
      },
      (error: unknown) => {
        callback({ code: status.UNKNOWN, details: error instanceof Error ? error.message : String(error) }, null);
      },
    );
  };
}
