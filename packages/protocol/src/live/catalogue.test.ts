import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { clientEvents, serverEvents } from './catalogue.ts';

const names = (events: readonly { readonly name: string }[]): string[] => events.map(({ name }) => name).toSorted();

test('Every event that any file here declares is in the catalogue, once', async () => {
  const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.ts') && !/^(index|catalogue|event)\.ts$|\.test\.ts$/.test(file));
  expect(files.length).toBeGreaterThan(3);
  const declared: { name: unknown; summary: unknown }[] = [];
  for (const file of files) {
    const area = (await import(new URL(file, import.meta.url).href)) as Record<string, unknown>;
    for (const value of Object.values(area)) {
      if (typeof value === 'object' && value !== null && 'name' in value && 'summary' in value) declared.push(value);
    }
  }
  const named = (key: string) => names(declared.filter((event) => key in event) as { name: string }[]);
  expect(names(clientEvents)).toEqual(named('body'));
  expect(names(serverEvents)).toEqual(named('payload'));
  for (const all of [clientEvents, serverEvents]) expect(new Set(names(all)).size).toBe(all.length);
});

test('What gathers has items that can be appended to one another', () => {
  const gathering = serverEvents.filter(({ gathers }) => gathers === true);
  expect(gathering.length).toBeGreaterThan(0);
  for (const { name, payload } of gathering) {
    expect([name, (payload as { properties?: { items?: { type?: string } } }).properties?.items?.type]).toEqual([name, 'array']);
  }
});

test('Bodies and payloads are closed objects with a title', () => {
  const schemas = [...clientEvents.map((event) => [event.name, event.body]), ...serverEvents.map((event) => [event.name, event.payload])] as const;
  for (const [name, schema] of schemas) {
    const { type, anyOf, additionalProperties } = schema as { type?: string; anyOf?: unknown[]; additionalProperties?: boolean };
    expect([name, type === 'object' ? additionalProperties : anyOf === undefined]).toEqual([name, false]);
  }
});
