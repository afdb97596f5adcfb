import { type SubmitEvent, useRef, useState } from 'react';
import { ApiError } from '@watchparty/client';
import { useI18n } from '../i18n/i18n.tsx';
import { fieldProblems } from '../i18n/problem-text.ts';
import { keptInTab } from '../session/storage.ts';

/** Texts and switches; told loosely, so that `false` is not taken for a value that is never true. */
type Values = Readonly<Record<string, unknown>>;
type Errors<V> = { readonly [K in keyof V]?: string };

interface Options<V extends Values> {
  readonly initial: V;
  /** What is typed survives a reload under this name; left out: it does not. */
  readonly draft?: string;
  /** Of secrets no draft is kept. */
  readonly secret?: readonly (keyof V)[];
  /** What is wrong before anybody is asked. */
  readonly check?: (values: V) => Errors<V>;
  readonly submit: (values: V) => Promise<unknown>;
}

export interface Form<V extends Values> {
  readonly values: V;
  readonly errors: Errors<V>;
  readonly busy: boolean;
  /** What the server said that belongs to no field shown. */
  readonly problem: unknown;
  readonly set: <K extends keyof V>(name: K, value: V[K]) => void;
  readonly reset: (values?: V) => void;
  readonly onSubmit: (event: SubmitEvent<HTMLFormElement>) => void;
  /** For a text field of that name. */
  readonly text: <K extends keyof V & string>(name: K) => {
    readonly name: K; readonly value: string; readonly error: string | undefined;
    readonly onChange: (event: { readonly target: { readonly value: string } }) => void;
  };
}

function draftOf<V extends Values>(name: string | undefined, initial: V): V {
  if (name === undefined) return initial;
  try {
    return { ...initial, ...(JSON.parse(keptInTab.get(`draft:${name}`) ?? '{}') as Partial<V>) };
  } catch {
    return initial;
  }
}

/** A form that keeps what was typed whatever the server says, and puts its refusals beside the fields they are about. */
export function useForm<V extends Values>({ initial, draft, secret = [], check, submit }: Options<V>): Form<V> {
  const { locale, ...speaker } = useI18n();
  const [values, setValues] = useState(() => draftOf(draft, initial));
  const [errors, setErrors] = useState<Errors<V>>({});
  const [problem, setProblem] = useState<unknown>(undefined);
  const [busy, setBusy] = useState(false);
  const sending = useRef(false);

  function keep(next: V): void {
    if (draft === undefined) return;
    const open = Object.fromEntries(Object.entries(next).filter(([name]) => !secret.includes(name)));
    keptInTab.set(`draft:${draft}`, JSON.stringify(open));
  }

  const set: Form<V>['set'] = (name, value) => {
    setValues((before) => {
      const next = { ...before, [name]: value };
      keep(next);
      return next;
    });
    setErrors((before) => ({ ...before, [name]: undefined }));
  };

  async function send(form: HTMLFormElement): Promise<void> {
    const found = check?.(values) ?? {};
    setProblem(undefined);
    setErrors(found);
    if (Object.values(found).some((error) => error !== undefined)) return focusFirst(form);
    sending.current = true;
    setBusy(true);
    try {
      await submit(values);
      if (draft !== undefined) keptInTab.set(`draft:${draft}`, null);
    } catch (error) {
      const told = fieldProblems(error, speaker, locale);
      const shown = Object.fromEntries(Object.entries(told).filter(([name]) => name in values)) as Errors<V>;
      setErrors(shown);
      if (Object.keys(shown).length === 0 || !(error instanceof ApiError)) setProblem(error);
      focusFirst(form);
    } finally {
      sending.current = false;
      setBusy(false);
    }
  }

  return {
    values, errors, busy, problem, set,
    reset(next = initial) {
      setValues(next);
      setErrors({});
      setProblem(undefined);
      if (draft !== undefined) keptInTab.set(`draft:${draft}`, null);
    },
    onSubmit(event) {
      event.preventDefault();
      if (!sending.current) void send(event.currentTarget);
    },
    text: (name) => ({
      name, value: values[name] as string, error: errors[name],
      onChange: ({ target }) => set(name, target.value as V[typeof name]),
    }),
  };
}

/** After React has marked it. */
function focusFirst(form: HTMLFormElement): void {
  requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid]')?.focus());
}
