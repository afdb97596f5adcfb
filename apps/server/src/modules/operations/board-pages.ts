/** The form and the sign-out page need no more than this; what it says comes from the server's own answers. */
export const SCRIPT = `'use strict';
document.querySelector('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const form = event.target;
  const message = document.querySelector('[role=alert]');
  message.textContent = '';
  try {
    const answer = await fetch(form.action, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(Object.fromEntries(new FormData(form))),
    });
    const { success, detail } = await answer.json();
    if (success) location.replace(form.dataset.next || location.href);
    else message.textContent = detail;
  } catch {
    message.textContent = 'The server does not answer. Try again.';
  }
});
`;

const STYLE = `
:root{color-scheme:dark light}
body{font:16px/1.5 system-ui,sans-serif;background:#0f0f0f;color:#e7e7e7;display:grid;place-items:center;min-height:100vh;margin:0}
form{display:grid;gap:1rem;width:min(20rem,calc(100vw - 2rem))}
h1{font-size:1.25rem;margin:0}
label{display:grid;gap:.25rem}
input,button{font:inherit;padding:.6rem .75rem;border-radius:.5rem;border:1px solid #6b6b6b;background:#1a1a1a;color:inherit}
button{background:#ffb454;border-color:#ffb454;color:#1a1200;font-weight:600;cursor:pointer}
:focus-visible{outline:2px solid #ffb454;outline-offset:2px}
[role=alert]{margin:0;color:#ff9a8a;min-height:1.5rem}
`;

const page = (title: string, form: string, script: string): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>${title}</title><link rel="icon" href="data:,"><style>${STYLE}</style></head>
<body>
${form}
<script src="${script}" defer></script>
</body>
</html>
`;

interface Paths {
  readonly base: string;
  readonly signIn: string;
  readonly signOut: string;
  readonly script: string;
}

/** Shown in place of the board; afterwards the same address shows what was asked for. */
export const signInPage = ({ signIn, script }: Paths): string => page('Queues: sign in', `<form action="${signIn}" method="post">
<h1>WatchParty queues</h1>
<label>Username or e-mail address <input name="name" autocomplete="username" required autofocus></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<label>Code of the authenticator app, if you use one <input name="code" autocomplete="one-time-code" maxlength="64"></label>
<p role="alert"></p>
<button>Sign in</button>
<noscript><p>This page needs JavaScript.</p></noscript>
</form>`, script);

export const signOutPage = ({ base, signOut, script }: Paths): string => page('Queues: sign out', `<form action="${signOut}" method="post" data-next="${base}">
<h1>WatchParty queues</h1>
<p role="alert"></p>
<button>Sign out</button>
<a href="${base}" style="color:#ffb454">Back to the queues</a>
</form>`, script);
