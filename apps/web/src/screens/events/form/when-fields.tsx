import { Select, Switch, TextField } from '../../../ui/field.tsx';
import { useText } from '../i18n/use-text.ts';
import { useDates } from '../use-dates.ts';
import { meaningOf, ownZone, wallTime, zonesWith } from '../zones.ts';
import type { EventFields } from './event-values.ts';

/** By the clocks of a time zone; what that is by the viewer's, and what becomes of hours that a change of the clocks skips or repeats. */
export function WhenFields({ form }: { readonly form: EventFields }) {
  const { t } = useText();
  const dates = useDates();
  const { startsAtLocal, endsAtLocal, timeZone, again } = form.values;
  const start = meaningOf(startsAtLocal, timeZone);
  const startMs = again ? (start?.againMs ?? start?.instantMs) : start?.instantMs;
  const isElsewhere = startMs !== undefined && wallTime(startMs, ownZone()) !== wallTime(startMs, timeZone);
  const end = meaningOf(endsAtLocal, timeZone);
  const zone = timeZone.replaceAll('_', ' ');
  return (
    <>
      <div className="form-columns">
        <TextField label={t('form.start')} type="datetime-local" max="2199-12-31T23:59" {...form.text('startsAtLocal')} />
        <TextField label={t('form.end')} hint={t('form.endHint')} type="datetime-local" max="2199-12-31T23:59" {...form.text('endsAtLocal')} />
      </div>
      <Select label={t('form.zone')} hint={t('form.zoneHint')} name="timeZone" value={timeZone} error={form.errors.timeZone} onChange={({ target }) => form.set('timeZone', target.value)}>
        {zonesWith(timeZone, ownZone()).map((name) => <option key={name} value={name}>{name.replaceAll('_', ' ')}</option>)}
      </Select>
      <div role="status" className="stack">
        {start?.kind === 'skipped' && <p className="clocks">{t('form.skipped', { zone, wished: dates.wall(startsAtLocal), instead: dates.wall(wallTime(start.instantMs, timeZone)) })}</p>}
        {start?.kind === 'twice' && <p className="clocks">{t('form.twice', { zone, time: dates.wall(startsAtLocal) })}</p>}
        {end?.kind === 'skipped' && <p className="clocks">{t('form.skipped', { zone, wished: dates.wall(endsAtLocal), instead: dates.wall(wallTime(end.instantMs, timeZone)) })}</p>}
        {isElsewhere && <p className="faint">{t('when.here', { when: dates.here(startMs) })}</p>}
      </div>
      {start?.kind === 'twice' && <Switch label={t('form.again')} checked={again} onChange={(on) => form.set('again', on)} />}
    </>
  );
}
