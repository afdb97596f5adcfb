import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Answer, startTestApp, type TestApp } from './app.ts';
import { type Asking, type Case, MATRIX, type Outcome } from './authorization-matrix.ts';
import { createWorld, digestOf, type Persona, PERSONAS, SECRET, type Things, type World } from './authorization-matrix-world.ts';

let server: TestApp;
let world: World;
let things: Things | undefined;
beforeAll(async () => {
  server = await startTestApp();
  world = await createWorld(server);
});
afterAll(() => server.close());

async function asking(as: Persona): Promise<Asking> {
  things ??= await world.things();
  return { things, as, world, own: await world.credentialsOf(as, things) };
}

async function ask(method: string, line: Case, as: Persona): Promise<Answer> {
  const given = await asking(as);
  const { path, body, headers = {} } = line.ask(given);
  return server.ask(method, path, { token: given.own?.token, body, headers });
}

const outcomeOf = ({ status, body }: Answer): Outcome => (status >= 400 && typeof body?.code === 'string' ? body.code : status);
const isServed = (outcome: Outcome): boolean => typeof outcome === 'number' && outcome < 400;
const methodOf = (id: string): string => server.app.http!.routes.find((route) => route.id === id)!.method;

it('every route that is served has a line, and every line a route', () => {
  const served = server.app.http!.routes.map(({ id }) => id);
  expect(Object.keys(MATRIX).toSorted()).toEqual(served.toSorted());
});

const LINES = Object.entries(MATRIX).flatMap(([id, cases]) => cases.map((line) => [`${id} ${line.title}`.trim(), id, line] as const));

it.each(LINES)('%s serves whom it should, and nobody else', async (_title, id, line) => {
  const method = methodOf(id);
  const isRead = method === 'GET';
  const answers = {} as Record<Persona, Outcome>;
  const telling: string[] = [];

  const refused = PERSONAS.filter((persona) => !isServed(line.row[persona]));
  for (const persona of PERSONAS) await line.prepare?.(await asking(persona));
  things ??= await world.things();
  const before = isRead ? undefined : await digestOf(server.db.connectionString);
  for (const persona of refused) {
    const answer = await ask(method, line, persona);
    answers[persona] = outcomeOf(answer);
    if (answer.status >= 400 && JSON.stringify(answer.body).includes(SECRET)) telling.push(persona);
  }
  const after = isRead ? undefined : await digestOf(server.db.connectionString);
  for (const persona of PERSONAS.filter((other) => !refused.includes(other))) {
    answers[persona] = outcomeOf(await ask(method, line, persona));
    if (line.leaves === 'spent') things = undefined;
  }
  if (line.leaves !== undefined) things = undefined;

  expect(answers).toEqual(line.row);
  expect(telling, 'told in a refusal what is private').toEqual([]);
  expect(after, 'changed by those who were refused').toEqual(before);
});
