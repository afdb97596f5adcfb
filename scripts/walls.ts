/**
 * The walls that imports alone do not show (those are in .dependency-cruiser.cjs): reads every source under
 * apps/ and packages/ and prints `file:line rule: why` for each breach.
 * Usage: node scripts/walls.ts [root of a checkout]
 */
import { globSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { isFactoryImport, looksLikeSql, QUERY_METHODS, readsEnvironment } from './wall-patterns.ts';

interface Wall {
  readonly rule: string;
  readonly why: string;
  /** Files where it is allowed. */
  readonly except: RegExp;
  breaks(node: ts.Node): boolean;
}

const WALLS: readonly Wall[] = [
  {
    rule: 'env-in-config',
    why: 'the environment is read in apps/server/src/config only',
    except: /^apps\/server\/src\/config\//,
    breaks: readsEnvironment,
  },
  {
    rule: 'sql-in-repos',
    why: 'SQL stands in *.repo.ts and apps/server/src/db only',
    except: /\.repo\.ts$|^apps\/server\/src\/db\//,
    breaks: (node) =>
      ts.isPropertyAccessExpression(node) ? QUERY_METHODS.has(node.name.text) : looksLikeSql(textOf(node)),
  },
  {
    rule: 'drivers-in-compose',
    why: 'only apps/server/src/main/compose.ts chooses drivers; take what you need as an argument',
    except: /^apps\/server\/src\/main\/compose\.ts$/,
    breaks: isFactoryImport,
  },
];

const TESTS = /\.test\.tsx?$|\/contract-suite\.ts$|(^|\/)test\/|\.config\.ts$/;

/** The text of a string or template, `?` standing for each value put in; undefined for anything else. */
function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return node.head.text + node.templateSpans.map((span) => `?${span.literal.text}`).join('');
}

function breaches(root: string): string[] {
  const files = globSync('{apps,packages}/*/src/**/*.{ts,tsx,mts,js,mjs}', { cwd: root })
    .map((path) => path.split(sep).join('/'))
    .filter((path) => !TESTS.test(path))
    .toSorted();
  const found: string[] = [];
  for (const path of files) {
    const source = ts.createSourceFile(path, readFileSync(join(root, path), 'utf8'), ts.ScriptTarget.Latest);
    const walls = WALLS.filter(({ except }) => !except.test(path));
    const visit = (node: ts.Node): void => {
      for (const { rule, why } of walls.filter((wall) => wall.breaks(node))) {
        const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
        found.push(`${path}:${line} ${rule}: ${why}`);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return found;
}

const found = breaches(process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url)));
for (const line of found) process.stdout.write(`${line}\n`);
process.exitCode = found.length === 0 ? 0 : 1;
