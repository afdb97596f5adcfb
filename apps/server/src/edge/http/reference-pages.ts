import { ERROR_CODES } from '@watchparty/protocol';

const CONFIGURATION = {
  withDefaultFonts: false, telemetry: false, darkMode: true, hideClientButton: true, agent: { disabled: true },
  mcp: { disabled: true }, showDeveloperTools: 'never', documentDownloadType: 'json', defaultOpenAllTags: true,
  customCss: '.dark-mode{--scalar-color-accent:#ffb454;--scalar-background-accent:#ffb4541f}',
};

export const REFERENCE_PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>WatchParty API</title><link rel="icon" href="data:,"></head>
<body>
<noscript>This page needs JavaScript; the <a href="/api/openapi.json">description</a> itself does not.</noscript>
<script id="api-reference" data-url="/api/openapi.json" data-configuration='${JSON.stringify(CONFIGURATION)}'></script>
<script src="/api/docs/reference.js"></script>
</body>
</html>
`;

const groups = Map.groupBy(Object.entries(ERROR_CODES), ([code]) => code.split('.')[0]!);

export const ERRORS_PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>WatchParty error codes</title><link rel="icon" href="data:,">
<style>
:root{color-scheme:dark}
body{font:16px/1.6 system-ui,sans-serif;background:#0f0f0f;color:#e7e7e7;max-width:48rem;margin:3rem auto;
padding:0 1rem}
a{color:#ffb454}h2{margin:2.5rem 0 .5rem;font-size:1.1rem;text-transform:capitalize}
dl{display:grid;gap:.75rem;margin:0}dl div{background:#1a1a1a;border-radius:.5rem;padding:.6rem .9rem}
div:has(dt:target){outline:2px solid #ffb454}dt{font:.95rem ui-monospace,monospace;color:#ffb454;scroll-margin:2rem}
dd{margin:0}dd b{font-variant-numeric:tabular-nums}
</style></head>
<body>
<h1>Error codes</h1>
<p>Every refusal carries one of these as <code>code</code>, in problem details (RFC 9457) with a <code>requestId</code>
that finds it in the server’s log. <a href="/api/docs">API reference</a></p>
${[...groups]
  .map(([noun, codes]) => `<h2>${noun}</h2>\n<dl>\n${codes
    .map(([code, { status, title }]) => `<div><dt id="${code}">${code}</dt><dd><b>${status}</b> ${title}</dd></div>`)
    .join('\n')}\n</dl>`)
  .join('\n')}
</body>
</html>
`;
