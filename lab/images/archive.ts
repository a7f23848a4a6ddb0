import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, stat, type FileHandle } from "node:fs/promises";
import { basename } from "node:path";

/** What an image tells a container runtime, in the words of the Docker image specification. */
export interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Env?: readonly string[];
  readonly User?: string;
  readonly WorkingDir?: string;
}

/** One layer: an uncompressed tar file and the SHA-256 of it (64 hex digits). */
export interface Layer {
  readonly file: string;
  readonly digest: string;
}

const block = 512;

/**
 * The header of a regular file in a ustar archive (POSIX.1-1988). Names up to 100 bytes, sizes up to 8 GiB: enough for
 * digests as names. Times and owners are zero, so that the same layers always make the same archive.
 */
export function tarHeader(name: string, size: number): Buffer {
  const header = Buffer.alloc(block);
  if (Buffer.byteLength(name) > 100) throw new Error(`tar: name longer than 100 bytes: ${name}`);
  if (size >= 8 ** 11) throw new Error(`tar: ${name} is larger than 8 GiB`);
  const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, "0")}\0`;
  header.write(name, 0, "utf8");
  header.write(octal(0o644, 8), 100, "latin1");
  header.write(octal(0, 8), 108, "latin1");
  header.write(octal(0, 8), 116, "latin1");
  header.write(octal(size, 12), 124, "latin1");
  header.write(octal(0, 12), 136, "latin1");
  // The checksum is taken over the header with its own field filled with spaces.
  header.write("        ", 148, "latin1");
  header.write("0", 156, "latin1");
  header.write("ustar\x0000", 257, "latin1");
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return header;
}

/** Zeroes up to the next block boundary. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((block - (size % block)) % block);
}

export async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

const defaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The image's configuration file and its name in a docker archive. */
export function imageConfig(config: ImageConfig, layers: readonly Layer[]): { name: string; text: Buffer } {
  const text = Buffer.from(
    JSON.stringify({
      architecture: "amd64",
      os: "linux",
      config: { ...config, Env: [defaultPath, ...(config.Env ?? [])] },
      rootfs: { type: "layers", diff_ids: layers.map((layer) => `sha256:${layer.digest}`) },
    }),
  );
  return { name: `${createHash("sha256").update(text).digest("hex")}.json`, text };
}

/** Writes `docker load`'s archive format: the configuration, the layers in order, and manifest.json that names them. */
export async function writeArchive(
  file: string,
  reference: string,
  config: ImageConfig,
  layers: readonly Layer[],
): Promise<void> {
  const { name, text } = imageConfig(config, layers);
  const layerName = (layer: Layer): string => `${layer.digest}.tar`;
  const manifest = [{ Config: name, RepoTags: [reference], Layers: layers.map(layerName) }];
  const out = await open(file, "w");
  try {
    await addBuffer(out, name, text);
    for (const layer of layers) await addFile(out, layerName(layer), layer.file);
    await addBuffer(out, "manifest.json", Buffer.from(JSON.stringify(manifest)));
    // An archive ends with two empty blocks.
    await out.write(Buffer.alloc(2 * block));
  } finally {
    await out.close();
  }
}

async function addBuffer(out: FileHandle, name: string, content: Buffer): Promise<void> {
  await out.write(Buffer.concat([tarHeader(name, content.length), content, tarPadding(content.length)]));
}

async function addFile(out: FileHandle, name: string, source: string): Promise<void> {
  const { size } = await stat(source);
  await out.write(tarHeader(name, size));
  let copied = 0;
  for await (const chunk of createReadStream(source, { highWaterMark: 1 << 20 })) {
    copied += (await out.write(chunk as Buffer)).bytesWritten;
  }
  if (copied !== size) throw new Error(`${basename(source)} changed while it was archived`);
  await out.write(tarPadding(size));
}
