import { Button } from '../../../ui/button.tsx';
import { Select, TextArea, TextField } from '../../../ui/field.tsx';
import { FormProblem } from '../../../ui/problem.tsx';
import { useForm } from '../../../ui/use-form.ts';
import '../../rooms/rooms.css';
import { FriendPicker } from '../friend-picker.tsx';
import { useText } from '../i18n/use-text.ts';
import { checkEvent } from './check-event.ts';
import type { EventValues } from './event-values.ts';
import { WhenFields } from './when-fields.tsx';
import { WhereFields } from './where-fields.tsx';

const VISIBILITIES = ['public', 'friends', 'private'] as const;

interface Props {
  readonly initial: EventValues;
  /** What is typed is kept under this name. */
  readonly draft: string;
  readonly submitText: string;
  readonly submit: (values: EventValues) => Promise<unknown>;
  /** Guests are asked for with a new one; later they have a dialog of their own. */
  readonly withGuests?: boolean;
  /** What was typed is forgotten then. */
  readonly onCancel: () => void;
}

export function EventForm({ initial, draft, submitText, submit, withGuests = false, onCancel }: Props) {
  const { t } = useText();
  const form = useForm<EventValues>({ initial, draft, check: (values) => checkEvent(values, t), submit });
  const { visibility, guests } = form.values;
  return (
    <form className="form event-form" onSubmit={form.onSubmit} noValidate>
      <section className="panel form" aria-labelledby="form-what">
        <h2 id="form-what">{t('form.what')}</h2>
        <TextField label={t('form.title')} placeholder={t('form.titlePlaceholder')} maxLength={200} {...form.text('title')} />
        <TextArea label={t('form.description')} maxLength={5000} rows={4} {...form.text('description')} />
      </section>
      <section className="panel form" aria-labelledby="form-when">
        <h2 id="form-when">{t('form.when')}</h2>
        <WhenFields form={form} />
      </section>
      <section className="panel form" aria-labelledby="form-where">
        <h2 id="form-where">{t('form.where')}</h2>
        <WhereFields form={form} />
      </section>
      <section className="panel form" aria-labelledby="form-who">
        <h2 id="form-who">{t('form.who')}</h2>
        <div className="form-columns">
          <Select
            label={t('form.visibility')} hint={t(`form.visibilityHint.${visibility}`)} name="visibility" value={visibility}
            onChange={({ target }) => form.set('visibility', target.value as EventValues['visibility'])}
          >
            {VISIBILITIES.map((name) => <option key={name} value={name}>{t(`form.visibility.${name}`)}</option>)}
          </Select>
          <TextField label={t('form.capacity')} hint={t('form.capacityHint')} inputMode="numeric" maxLength={7} {...form.text('capacity')} />
        </div>
        {withGuests && visibility !== 'public' && <FriendPicker chosen={guests} onChange={(chosen) => form.set('guests', chosen)} />}
      </section>
      <FormProblem error={form.problem} />
      <div className="row">
        <Button look="primary" type="submit" busy={form.busy}>{submitText}</Button>
        <Button look="quiet" onClick={() => { form.reset(); onCancel(); }}>{t('common.cancel')}</Button>
      </div>
    </form>
  );
}
