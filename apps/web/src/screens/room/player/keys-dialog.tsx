import { useI18n } from '../../../i18n/i18n.tsx';
import { Dialog } from '../../../ui/dialog.tsx';

/** Which keys do what. */
export function KeysDialog({ mayControl, onClose }: { readonly mayControl: boolean; readonly onClose: () => void }) {
  const { t } = useI18n();
  const keys: readonly (readonly [keys: readonly string[], text: string])[] = [
    ...(mayControl ? [[[t('keys.space'), 'K'], t('keys.play')], [['←', '→'], t('keys.skip')]] as const : []),
    [['S'], t('keys.subtitles')], [['M'], t('keys.mute')], [['F'], t('keys.fullscreen')], [['C'], t('keys.chat')], [['?'], t('keys.this')],
  ];
  return (
    <Dialog open onClose={onClose} title={t('keys.title')}>
      <dl className="keys">
        {keys.map(([names, text]) => (
          <div key={text}>
            <dt>{names.map((name) => <kbd key={name}>{name}</kbd>)}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
