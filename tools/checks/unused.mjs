// Finds code that nobody uses: exported values that no other file takes, files that nobody starts or imports, and packages
// of package.json that no source names. An exported type counts as used if its own file uses it: it explains a signature.
import { readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** Files that are started, not imported. */
const isEntry = (file) => file === "index.ts" || /(^|\/)main\.ts$/.test(file) || /^(test|bench)\//.test(file);

/** Packages that work without being named in a source. */
const IMPLICIT = new Set(["@types/node"]);

const TYPE_KINDS = ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias;

/**
 * @param root folder with tsconfig.json and package.json
 * @returns one sentence per finding
 */
export function findUnused(root) {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(root, "tsconfig.json"),
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} },
  );
  const program = ts.createProgram(config.fileNames, config.options);
  const checker = program.getTypeChecker();
  const files = program
    .getSourceFiles()
    .filter((file) => !file.isDeclarationFile && !file.fileName.includes("/node_modules/"));
  const name = (file) => relative(root, file.fileName);
  const resolved = (symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);

  const used = new Map(); // symbol -> set of files that mention it
  const imported = new Set(); // files that somebody imports
  const literals = new Set();
  const mention = (symbol, file) => {
    const target = resolved(symbol);
    used.set(target, (used.get(target) ?? new Set()).add(file));
  };

  const moduleOf = (specifier) => checker.getSymbolAtLocation(specifier);
  const visit = (node, file) => {
    if (ts.isStringLiteralLike(node)) literals.add(node.text);
    const specifier = ts.isImportDeclaration(node) || ts.isExportDeclaration(node) ? node.moduleSpecifier : undefined;
    if (specifier !== undefined) {
      const source = moduleOf(specifier)?.valueDeclaration?.getSourceFile();
      if (source !== undefined) imported.add(source.fileName);
    }
    if (
      ts.isCallExpression(node) &&
      node.expression.kind === ts.SyntaxKind.ImportKeyword &&
      node.arguments.length > 0
    ) {
      const module = moduleOf(node.arguments[0]);
      if (module?.valueDeclaration !== undefined) {
        imported.add(module.valueDeclaration.getSourceFile().fileName);
        // What is taken out of a dynamic import cannot be told apart.
        for (const symbol of checker.getExportsOfModule(module)) mention(symbol, file);
      }
    }
    // Handing on is not using.
    if (ts.isExportDeclaration(node) && specifier !== undefined) {
      literals.add(specifier.text);
      return;
    }
    if (ts.isIdentifier(node)) {
      const symbol = ts.isShorthandPropertyAssignment(node.parent)
        ? checker.getShorthandAssignmentValueSymbol(node.parent)
        : checker.getSymbolAtLocation(node);
      const isOwnName = symbol?.declarations?.some((declaration) => declaration.name === node);
      if (symbol !== undefined && isOwnName !== true) mention(symbol, file);
    }
    ts.forEachChild(node, (child) => visit(child, file));
  };
  for (const file of files) visit(file, file.fileName);

  const findings = [];
  for (const file of files) {
    if (isEntry(name(file))) continue;
    if (!imported.has(file.fileName)) {
      const output = `${basename(file.fileName, ".ts")}.js`;
      if ([...literals].some((text) => text === output || text.endsWith(`/${output}`))) continue; // started by its path
      findings.push(`${name(file)}: nobody starts or imports this file.`);
      continue;
    }
    const module = checker.getSymbolAtLocation(file);
    if (module === undefined) continue;
    for (const symbol of checker.getExportsOfModule(module)) {
      const target = resolved(symbol);
      const declaration = target.declarations?.[0];
      if (declaration === undefined || declaration.getSourceFile() !== file) continue;
      const users = used.get(target) ?? new Set();
      const elsewhere = [...users].some((user) => user !== file.fileName);
      const isType = (target.flags & TYPE_KINDS) !== 0;
      if (elsewhere || (isType && users.size > 0)) continue;
      const { line } = file.getLineAndCharacterOfPosition(declaration.getStart());
      const remedy = users.size > 0 ? "only its own file uses it: do not export it" : "nobody uses it: remove it";
      findings.push(`${name(file)}:${line + 1}: ${symbol.name} is exported, but ${remedy}.`);
    }
  }
  return [...findings, ...unusedPackages(root, literals)];
}

function unusedPackages(root, literals) {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const scripts = ts.sys
    .readDirectory(root, [".mjs", ".cjs", ".mts"], ["**/node_modules/**", "**/bin/**"], undefined)
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
  const isNamed = (name) =>
    [...literals].some(
      (text) => text === name || text.startsWith(`${name}/`) || text.includes(`node_modules/${name}/`),
    ) ||
    scripts.includes(`"${name}"`) ||
    scripts.includes(`"${name}/`) ||
    scripts.includes(`node_modules/${name}/`);
  return Object.keys({ ...dependencies, ...devDependencies })
    .filter((name) => !IMPLICIT.has(name) && !isNamed(name.replace(/^@types\//, "")))
    .map((name) => `package.json: no source names the package ${name}: remove it.`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const findings = findUnused(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
  for (const finding of findings) console.error(finding);
  process.exitCode = findings.length === 0 ? 0 : 1;
}
