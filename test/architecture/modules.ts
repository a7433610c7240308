import { posix } from "node:path";
import ts from "typescript";

/** TypeScript text by path from the repository's top folder, with slashes. */
export type Sources = ReadonlyMap<string, string>;

export interface Import {
  /** What the import says: "./a.ts", "node:fs", "zod". */
  readonly specifier: string;
  /** The file it means, as a path from the top folder; undefined for packages. */
  readonly target: string | undefined;
  /** Whether nothing of it is left when types are stripped. */
  readonly typeOnly: boolean;
  readonly line: number;
}

export interface SourceModule {
  readonly path: string;
  readonly tree: ts.SourceFile;
  readonly imports: readonly Import[];
}

export function parseModules(sources: Sources): Map<string, SourceModule> {
  return new Map([...sources].map(([path, text]) => [path, parseModule(path, text)]));
}

function parseModule(path: string, text: string): SourceModule {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const imports: Import[] = [];
  forEachNode(tree, (node) => {
    const found = importOf(node);
    if (found === undefined) return;
    const { specifier, typeOnly } = found;
    const target = specifier.startsWith(".") ? posix.join(posix.dirname(path), specifier) : undefined;
    imports.push({ specifier, target, typeOnly, line: lineOf(tree, node) });
  });
  return { path, tree, imports };
}

/** `import` and `export … from` declarations, `import()` calls and `import("…")` types. */
function importOf(node: ts.Node): { specifier: string; typeOnly: boolean } | undefined {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    return {
      specifier: node.moduleSpecifier.text,
      typeOnly: node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword,
    };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined && ts.isStringLiteral(node.moduleSpecifier)) {
    return { specifier: node.moduleSpecifier.text, typeOnly: node.isTypeOnly };
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [first] = node.arguments;
    return first !== undefined && ts.isStringLiteral(first) ? { specifier: first.text, typeOnly: false } : undefined;
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal)) {
    return { specifier: node.argument.literal.text, typeOnly: true };
  }
  return undefined;
}

export function forEachNode(root: ts.Node, visit: (node: ts.Node) => void): void {
  const step = (node: ts.Node): void => {
    visit(node);
    ts.forEachChild(node, step);
  };
  step(root);
}

/** Counted from 1. */
export const lineOf = (tree: ts.SourceFile, node: ts.Node): number =>
  tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;

/** Whether an identifier stands for a value or type of that name, rather than for a member of something. */
export function isFreeName(node: ts.Node, name: string): node is ts.Identifier {
  if (!ts.isIdentifier(node) || node.text !== name) return false;
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent))
    return parent.expression === node || parent.expression.getText() === "globalThis";
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  return !(
    ts.isQualifiedName(parent) ||
    ts.isPropertySignature(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isMethodDeclaration(parent) ||
    ts.isMethodSignature(parent)
  );
}
