import ts from 'typescript';

/** Methods by which a query is built or sent, on Kysely's and on pg's objects. */
export const QUERY_METHODS: ReadonlySet<string> = new Set([
  'selectFrom', 'insertInto', 'updateTable', 'deleteFrom', 'mergeInto', 'executeTakeFirst', 'executeTakeFirstOrThrow',
]);

const TABLE = String.raw`(?!(?:the|a|an|this|that|these|those|your|our|its|their|any|every|all|here|there)\b)["\w?.]+`;

const OBJECT = [
  String.raw`(?:or\s+replace\s+|unique\s+|temp(?:orary)?\s+|unlogged\s+)?`,
  '(?:table|index|view|type|function|trigger|schema|database|extension|sequence|role)',
].join('');
const GUARD = String.raw`(?:if\s+(?:not\s+)?exists\s+|concurrently\s+)*`;
const CLAUSE = 'on|as|add|drop|alter|rename|cascade|with|owner';

/**
 * The starts of statements, in capitals throughout or in small letters throughout, as SQL is written and a
 * sentence is not; a name follows where prose would have an article.
 */
const STATEMENTS = [
  String.raw`select\s+\d+\s*(?:$|;|as\b|from\b|where\b)`,
  String.raw`select\s+["\w.]+\((?!s\))`,
  String.raw`select\s+[\w"'.,:()*?\s|+\-/=<>]+?\sfrom\s+${TABLE}`,
  String.raw`insert\s+into\s+${TABLE}\s*(?:\(|values\b|select\b|default\b|as\b)`,
  String.raw`update\s+(?:only\s+)?${TABLE}\s+(?:as\s+\w+\s+)?set\s`,
  String.raw`delete\s+from\s+${TABLE}\s*(?:;|where\b|using\b|returning\b|as\b)`,
  String.raw`(?:create|alter|drop)\s+${OBJECT}\s+${GUARD}${TABLE}\s*(?:\(|;|$|(?:${CLAUSE})\b)`,
  String.raw`with\s+(?:recursive\s+)?\w+(?:\s*\([\w,\s]*\))?\s+as\s+(?:(?:not\s+)?materialized\s+)?\(`,
  String.raw`(?:truncate|lock)\s+table\s+${TABLE}`,
  String.raw`set\s+(?:(?:local|session)\s+[\w.]+\s*(?:=|to\b)|transaction\s+(?:isolation|read)\b)`,
  String.raw`begin\s*(?:;|transaction\b|isolation\b)|(?:rollback\s+to|savepoint|release\s+savepoint)\s+\w`,
];
const SMALL = new RegExp(String.raw`^\s*(?:--[^\n]*\n\s*)*(?:${STATEMENTS.join('|')})`);
const CAPITALS = new RegExp(SMALL.source, 'i');

/** Whether a text is an SQL statement; a sentence that begins with a word like "Select" is none. */
export function looksLikeSql(text: string | undefined): boolean {
  if (text === undefined) return false;
  const firstWord = /^\s*(?:--[^\n]*\n\s*)*([A-Za-z]+)/.exec(text)?.[1];
  if (firstWord === undefined) return false;
  if (firstWord === firstWord.toUpperCase()) return CAPITALS.test(text);
  return SMALL.test(text);
}

const isNamed = (node: ts.Node, name: string): boolean => ts.isIdentifier(node) && node.text === name;

/** `process.env`, `process['env']`, `const { env } = process` and `import { env } from 'node:process'`. */
export function readsEnvironment(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) return node.name.text === 'env' && isProcess(node.expression);
  if (ts.isElementAccessExpression(node)) {
    return (
      isProcess(node.expression) && ts.isStringLiteralLike(node.argumentExpression) &&
      node.argumentExpression.text === 'env'
    );
  }
  if (ts.isVariableDeclaration(node)) {
    return (
      node.initializer !== undefined && isProcess(node.initializer) && ts.isObjectBindingPattern(node.name) &&
      node.name.elements.some((element) => isNamed(element.propertyName ?? element.name, 'env'))
    );
  }
  return importedNames(node, /^(?:node:)?process$/).includes('env');
}

function isProcess(node: ts.Expression): boolean {
  return isNamed(node, 'process') || (ts.isPropertyAccessExpression(node) && isNamed(node.name, 'process'));
}

/** A value import of something that builds a driver: a factory of a foundation's face, or one named after a driver. */
export function isFactoryImport(node: ts.Node): boolean {
  const fromFoundations = importedNames(node, /(?:^|\/)(?:db|outbox|storage)\/index\.ts$/);
  const fromRedisKit = importedNames(node, /^@watchparty\/redis-kit/);
  return (
    fromFoundations.some((name) => /^(?:create|open)[A-Z]/.test(name)) ||
    fromRedisKit.some((name) => /^create(?:Redis|Memory)/.test(name))
  );
}

/** The names a statement imports as values (before `as`) from a module whose specifier fits; `[]` for other nodes. */
function importedNames(node: ts.Node, from: RegExp): string[] {
  if (!ts.isImportDeclaration(node) || !ts.isStringLiteral(node.moduleSpecifier)) return [];
  const clause = node.importClause;
  if (!from.test(node.moduleSpecifier.text) || clause === undefined) return [];
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return [];
  if (clause.namedBindings === undefined || !ts.isNamedImports(clause.namedBindings)) return [];
  return clause.namedBindings.elements
    .filter((element) => !element.isTypeOnly)
    .map((element) => (element.propertyName ?? element.name).text);
}
