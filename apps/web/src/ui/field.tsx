import { type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, type TextareaHTMLAttributes, useId, useState } from 'react';
import { Switch as BaseSwitch } from '@base-ui/react/switch';
import { useI18n } from '../i18n/i18n.tsx';
import { IconButton } from './button.tsx';
import './field.css';

interface FieldProps {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
}

interface Described {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': true | undefined;
}

/** A labelled control with its hint and what is wrong with it, for eyes and for screen readers. */
function Field({ label, hint, error, children }: FieldProps & { readonly children: (described: Described) => ReactNode }) {
  const id = useId();
  const [hintId, errorId] = [`${id}-hint`, `${id}-error`];
  const describedBy = [hint !== undefined && hintId, error !== undefined && errorId].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-describedby': describedBy === '' ? undefined : describedBy, 'aria-invalid': error === undefined ? undefined : true })}
      {hint !== undefined && <p className="hint" id={hintId}>{hint}</p>}
      {error !== undefined && <p className="error" id={errorId}>{error}</p>}
    </div>
  );
}

export function TextField({ label, hint, error, ...input }: FieldProps & InputHTMLAttributes<HTMLInputElement>) {
  return <Field {...{ label, hint, error }}>{(described) => <input className="control" type="text" {...described} {...input} />}</Field>;
}

export function PasswordField({ label, hint, error, ...input }: FieldProps & InputHTMLAttributes<HTMLInputElement>) {
  const { t } = useI18n();
  const [shown, setShown] = useState(false);
  return (
    <Field {...{ label, hint, error }}>
      {(described) => (
        <span className="with-action">
          <input className="control" type={shown ? 'text' : 'password'} {...described} {...input} />
          <IconButton icon={shown ? 'eye-off' : 'eye'} size={18} label={t(shown ? 'field.hidePassword' : 'field.showPassword')} onClick={() => setShown(!shown)} />
        </span>
      )}
    </Field>
  );
}

export function TextArea({ label, hint, error, ...area }: FieldProps & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  return <Field {...{ label, hint, error }}>{(described) => <textarea className="control" rows={3} {...described} {...area} />}</Field>;
}

export function Select({ label, hint, error, children, ...select }: FieldProps & SelectHTMLAttributes<HTMLSelectElement>) {
  return <Field {...{ label, hint, error }}>{(described) => <select className="control" {...described} {...select}>{children}</select>}</Field>;
}

export function Switch({ label, hint, checked, onChange }: {
  readonly label: string; readonly hint?: string; readonly checked: boolean; readonly onChange: (checked: boolean) => void;
}) {
  const id = useId();
  return (
    <div className="switch-row">
      <BaseSwitch.Root
        className="switch" checked={checked} onCheckedChange={onChange} aria-labelledby={`${id}-label`}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
      >
        <BaseSwitch.Thumb className="switch-thumb" />
      </BaseSwitch.Root>
      <span>
        <span id={`${id}-label`}>{label}</span>
        {hint !== undefined && <span className="hint" id={`${id}-hint`}>{hint}</span>}
      </span>
    </div>
  );
}
