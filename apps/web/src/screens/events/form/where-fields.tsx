import { useQuery } from '@tanstack/react-query';
import { useHttp } from '../../../session/context.tsx';
import { Select, Switch, TextField } from '../../../ui/field.tsx';
import { useText } from '../i18n/use-text.ts';
import { PlaceFields } from '../place/place-fields.tsx';
import type { EventFields } from './event-values.ts';

/** At a place, online, in a room, or several of these at once. */
export function WhereFields({ form }: { readonly form: EventFields }) {
  const { t } = useText();
  const http = useHttp();
  const { atPlace, online, roomId, opensRoom, location } = form.values;
  const { data } = useQuery({ queryKey: ['rooms', 'mine', 'all'], queryFn: ({ signal }) => http.rooms.list({ mine: true, limit: 100 }, { signal }) });
  const rooms = data?.items ?? [];
  const isKnown = rooms.some(({ id }) => String(id) === roomId);
  return (
    <>
      <Switch label={t('form.atPlace')} checked={atPlace} onChange={(on) => form.set('atPlace', on)} />
      {atPlace && (
        <>
          <TextField label={t('form.address')} hint={t('form.addressHint')} maxLength={500} autoComplete="off" {...form.text('address')} />
          <PlaceFields value={location} error={form.errors.location} onChange={(value) => form.set('location', value)} />
        </>
      )}
      <Switch label={t('form.online')} checked={online} onChange={(on) => form.set('online', on)} />
      {online && <TextField label={t('form.url')} hint={t('form.urlHint')} type="url" inputMode="url" placeholder="https://" maxLength={2000} {...form.text('url')} />}
      <Select
        label={t('form.room')} hint={t(data !== undefined && rooms.length === 0 ? 'form.noRooms' : 'form.roomHint')} name="roomId" value={roomId} error={form.errors.roomId}
        onChange={({ target }) => form.set('roomId', target.value)}
      >
        <option value="">{t('form.roomNone')}</option>
        {roomId !== '' && !isKnown && <option value={roomId}>{t('form.roomThis')}</option>}
        {rooms.map(({ id, name }) => <option key={id} value={String(id)}>{name}</option>)}
      </Select>
      {roomId !== '' && <Switch label={t('form.opensRoom')} hint={t('form.opensRoomHint')} checked={opensRoom} onChange={(on) => form.set('opensRoom', on)} />}
    </>
  );
}
