// Loaded before everything else (`node -r`), so it must be read by any Node: plain old JavaScript.
'use strict';

/** The oldest Node that runs TypeScript files directly, without a flag. */
var MINIMUM = [22, 18];

/** The line to stop with, or undefined when `version` (such as `v20.1.0`) is new enough. */
function refusal(version) {
  var parts = version.slice(1).split('.').map(Number);
  if (parts[0] > MINIMUM[0] || (parts[0] === MINIMUM[0] && parts[1] >= MINIMUM[1])) return undefined;
  return 'WatchParty needs Node ≥ ' + MINIMUM.join('.') + ', this is ' + version +
    '; run "npm ci" and start by "npm start" to get Node 24 on Linux, or install it from https://nodejs.org';
}

var line = refusal(process.version);
if (line !== undefined) {
  process.stderr.write(line + '\n');
  process.exit(1);
}

module.exports = { refusal: refusal };
