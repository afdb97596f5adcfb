import { type DragEvent, useRef, useState } from 'react';
import type { OwnProfile, ProfilePicture } from '@watchparty/protocol';
import { sendFile } from '../../api/send-file.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { useSession } from '../../session/context.tsx';
import { Avatar } from '../../ui/avatar.tsx';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Problem } from '../../ui/problem.tsx';
import { CropDialog } from './crop-dialog.tsx';
import { useVariants } from './use-variants.ts';

const SIZES = [96, 48, 28] as const;

export function PictureForm({ user }: { readonly user: OwnProfile }) {
  const { t, number } = useI18n();
  const session = useSession();
  const [chosen, setChosen] = useState<File>();
  const [over, setOver] = useState(false);
  const [share, setShare] = useState<number>();
  const [problem, setProblem] = useState<unknown>();
  /** Cut, but not taken by the server yet. */
  const [unsent, setUnsent] = useState<Blob>();
  const stop = useRef<AbortController>(undefined);

  async function attempt(work: (signal: AbortSignal) => Promise<OwnProfile>): Promise<void> {
    stop.current = new AbortController();
    const { signal } = stop.current;
    setProblem(undefined);
    setShare(0);
    try {
      session.profileChanged(await work(signal));
      setUnsent(undefined);
    } catch (error) {
      if (!signal.aborted) setProblem(error);
    } finally {
      setShare(undefined);
    }
  }

  const upload = (picture: Blob): Promise<void> => attempt(async (signal) => {
    setUnsent(picture);
    const body = new FormData();
    body.append('profilePicture', picture, 'picture');
    // The token must be good for as long as it takes.
    await session.http.accounts.profile({ signal });
    return sendFile<OwnProfile>({
      method: 'POST', path: '/api/auth/upload-profile-picture', body, tokens: session.tokens, signal,
      onProgress: ({ sentBytes, totalBytes }) => setShare(sentBytes / (totalBytes ?? picture.size)),
    });
  });

  function drop(event: DragEvent): void {
    event.preventDefault();
    setOver(false);
    if (share === undefined) setChosen(event.dataTransfer.files[0]);
  }

  return (
    <section className="panel">
      <h2>{t('picture.title')}</h2>
      <div
        className={`picture-row ${over ? 'over' : ''}`} onDrop={drop} onDragLeave={() => setOver(false)}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
      >
        <div className="sizes">{SIZES.map((size) => <Avatar key={size} id={user.id} name={user.displayName} picture={user.profilePicture} size={size} />)}</div>
        <div className="stack">
          <div className="row">
            <label className="button plain file-button">
              <Icon name="upload" size={18} />
              {t(user.profilePicture === null ? 'picture.choose' : 'picture.change')}
              <input
                className="visually-hidden" type="file" accept="image/jpeg,image/png,image/webp,image/avif,image/gif" disabled={share !== undefined}
                onChange={({ target }) => {
                  setChosen(target.files?.[0]);
                  target.value = '';
                }}
              />
            </label>
            {user.profilePicture !== null && share === undefined && (
              <Button look="quiet" onClick={() => void attempt((signal) => session.http.pictures.removeProfilePicture({ signal }))}>{t('picture.remove')}</Button>
            )}
            {share !== undefined && <Button look="quiet" onClick={() => stop.current?.abort()}>{t('common.cancel')}</Button>}
          </div>
          {share === undefined
            ? <p className="hint">{t('picture.hint')}</p>
            : <><progress max={1} value={share} aria-label={t('picture.sending')} /><p className="hint tabular">{number(Math.round(share * 100))} %</p></>}
          {user.profilePicture !== null && share === undefined && <Variants picture={user.profilePicture} />}
          {problem !== undefined && <Problem error={problem} onRetry={unsent === undefined ? undefined : () => void upload(unsent)} />}
        </div>
      </div>
      {chosen !== undefined && (
        <CropDialog
          file={chosen} onClose={() => setChosen(undefined)}
          onCropped={(picture) => {
            setChosen(undefined);
            void upload(picture);
          }}
        />
      )}
    </section>
  );
}

function Variants({ picture }: { readonly picture: ProfilePicture }) {
  const { t } = useI18n();
  const progress = useVariants(picture);
  return <p className="small faint" role="status">{progress !== 'ready-before' && t(`picture.${progress}`)}</p>;
}
