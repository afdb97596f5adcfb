import { CONFIG_GROUPS, type ConfigGroup } from './key.ts';
import { CONFIG_KEY_NAMES, keyOf, type ConfigKeyName } from './keys.ts';
import { defaultText } from './values.ts';

/** The default outside production as it would stand in `.env`; empty: unset. */
function shownDefault(name: ConfigKeyName, production = false): string {
  return defaultText(name, production, (other) => shownDefault(other, production)) ?? '';
}

const namesOf = (group: ConfigGroup): ConfigKeyName[] => CONFIG_KEY_NAMES.filter((name) => keyOf(name).group === group);

/** What to know about a key beyond its description, in sentences. */
function notes(name: ConfigKeyName): string[] {
  const { productionDefault, unset, secret, parser } = keyOf(name);
  return [
    `Give ${parser.accepts}.`,
    ...(unset === undefined ? [] : [`Not set: ${unset}.`]),
    ...(productionDefault === undefined ? [] : [`In production by default ${productionDefault}.`]),
    ...(secret ? [`A secret: ${name}_FILE may name a file that holds it.`] : []),
  ];
}

/** `.env.example`: every key with its default, commented out. */
export function renderEnvExample(): string {
  const groups = CONFIG_GROUPS.map((group) => {
    const keys = namesOf(group).map((name) => [
      `# ${keyOf(name).description}`,
      ...notes(name).map((note) => `#   ${note}`),
      `# ${name}=${shownDefault(name)}`,
    ].join('\n'));
    return [`# ==== ${group} ====`, ...keys].join('\n\n');
  });
  return `${[
    [
      '# Copy this file to .env and remove the "# " before the settings that you want to change.',
      '# Shown are the defaults; an empty value is the same as none. The environment of the process wins over .env.',
      '# Put a value that contains # or quotation marks into quotation marks: PASSWORD="a#b".',
      '# Written from apps/server/src/config/keys.ts by: node apps/server/src/config/document.ts',
    ].join('\n'),
    ...groups,
  ].join('\n\n')}\n`;
}

const cell = (text: string): string => text.replaceAll('|', String.raw`\|`).replaceAll('<', '&lt;');
const code = (text: string): string => `\`${text}\``;

function row(name: ConfigKeyName): string {
  const { description, parser, unset, productionDefault, secret } = keyOf(name);
  const usual = shownDefault(name);
  const defaults = [
    ...(usual === '' ? [] : [code(usual)]),
    ...(productionDefault === undefined ? [] : [`in production ${code(productionDefault)}`]),
    ...(unset === undefined ? [] : [`not set: ${cell(unset)}`]),
  ];
  const label = secret ? `${code(name)} 🔒` : code(name);
  return `| ${label} | ${cell(description)} | ${cell(parser.accepts)} | ${defaults.join('; ')} |`;
}

/** `docs/CONFIGURATION.md`: the rules and one table per group. */
export function renderConfigurationPage(): string {
  const tables = CONFIG_GROUPS.map((group) => [
    `## ${group}`,
    '',
    '| Setting | Meaning | Accepted | Default |',
    '|---|---|---|---|',
    ...namesOf(group).map(row),
  ].join('\n'));
  return `${[
    '# Configuration',
    [
      'WatchParty runs without any setting. What you want to change is read once, at start:',
      '',
      '- from the environment of the process, which wins, and from a file `.env` in the folder it is started in',
      '  (`.env.example` lists every setting to copy from);',
      '- a blank value counts as not set;',
      '- a secret, marked 🔒 below, may come from a file instead: `JWT_SECRET_FILE=/run/secrets/jwt`.',
      '  Setting both is an error. One line break at the end of the file is left out;',
      '- in `.env`, a value that contains `#` or quotation marks needs quotation marks around it;',
      '- a value that is not accepted stops the start. All of them are named, one line each, secrets never shown;',
      '- a name in `.env` that is nearly one of these (`REDIS_PROT`) is warned about in the log.',
      '',
      'Defaults that lie in `./data` or hold the port move with `DATA_DIR` and `PORT`.',
    ].join('\n'),
    ...tables,
    [
      '## How they work together',
      '',
      '- **Redis** comes from one of `REDIS_URL`, `REDIS_HOST` (with its port, password and database) or',
      '  `REDIS_CLUSTER_NODES` (with `REDIS_PASSWORD`). Two of them at once are refused.',
      '- **Mail**: `SMTP_HOST` wins. With only `EMAIL_USER` and `EMAIL_PASSWORD`, mails go through Gmail',
      '  (`smtp.gmail.com`, port 465). With neither they are written to `DATA_DIR/outbox`.',
      '- **Production** (`NODE_ENV=production`) needs a `JWT_SECRET` of 32 bytes or more and refuses `CORS_ORIGINS=*`.',
      '- **Cache**: a lifetime bounds how long an entry is kept, not how fresh it is: a write renews at once what it',
      '  changes.',
    ].join('\n'),
    'This page is written from `apps/server/src/config/keys.ts` by `node apps/server/src/config/document.ts`.',
  ].join('\n\n')}\n`;
}
