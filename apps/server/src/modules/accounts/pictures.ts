import { buffer } from 'node:stream/consumers';
import type { OwnProfile, UploadedImage } from '@watchparty/protocol';
import type { Queries, Tx } from '../../db/index.ts';
import { type CleanImage, createTurnsByKey, type Images } from '../../images/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { enqueued } from '../../kernel/job.ts';
import type { Log } from '../../kernel/log.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Effects, Write } from '../../kernel/write.ts';
import type { Storage } from '../../storage/index.ts';
import { profileChanged } from './accounts.cache.ts';
import { ownProfile } from './accounts.views.ts';
import { originalKey, originalUrls, type PictureKind, type PictureName, urlOf, variantKeys } from './picture-files.ts';
import { deleteOldAvatar, optimizeAvatar } from './pictures.jobs.ts';
import * as repo from './pictures.repo.ts';

export interface PicturesDeps {
  readonly queries: Queries;
  readonly images: Images;
  readonly storage: Storage;
  /** For what must be known whatever becomes of the request: which files there may be. */
  readonly write: Write;
  /** 32 random hexadecimal digits. */
  readonly newName: () => string;
  readonly clock: Clock;
  readonly log: Log;
}

export type Pictures = ReturnType<typeof createPictures>;

/** After this nobody can still be storing a picture, nor writing the message that it is for. */
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;
/** A clean picture may be larger than what was sent; never by so much. */
const MAX_STORED_BYTES = 256 * 1024 * 1024;
/** Of one user's pictures, behind the one that is being worked on. */
const MAX_WAITING = 8;

export function createPictures({ queries, images, storage, write: writeApart, newName, clock, log }: PicturesDeps) {
  const now = (): Date => new Date(clock.now());
  const turns = createTurnsByKey({ maxWaiting: MAX_WAITING });
  const clean = (actor: Actor, bytes: Uint8Array): Promise<CleanImage> =>
    turns(actor.userId, () => images.clean(bytes));

  /** Stores a clean picture under a new name, known before its first byte is there. */
  async function store(kind: PictureKind, actor: Actor, { bytes, extension }: CleanImage): Promise<PictureName> {
    const picture = { name: `${kind}-${newName()}`, extension };
    const row = { ...picture, kind, owner_id: actor.userId, status: 'storing', changed_at: now() } as const;
    await writeApart((tx) => repo.insert(tx, row));
    try {
      await storage.put(originalKey(picture), (async function* () { yield bytes; })(), { maxBytes: MAX_STORED_BYTES });
    } catch (error) {
      await withdraw(picture);
      throw error;
    }
    return picture;
  }

  async function withdraw(picture: PictureName): Promise<void> {
    try {
      await writeApart(async (tx, effects) => {
        if ((await repo.lock(tx, picture.name))?.status === 'storing') await retire(tx, effects, [picture.name]);
      });
    } catch (err) {
      log.warn({ err, picture: picture.name }, 'A picture that was not taken could not be cleared away; the sweep will');
    }
  }

  async function retire(tx: Tx, effects: Effects, names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    await repo.setStatus(tx, names, 'retired', now());
    effects.add(enqueued(deleteOldAvatar, { names: [...names] }));
  }

  return {
    /**
     * Makes a picture the user's own. It is shown at once; its variants follow, and until then stand for themselves by
     * the original. The files of the one before go once the new variants serve.
     */
    async uploadAvatar(write: Write, actor: Actor, bytes: Uint8Array): Promise<OwnProfile> {
      const picture = await store('avatar', actor, await clean(actor, bytes));
      try {
        return await write(async (tx, effects) => {
          if (!(await repo.lockOwner(tx, actor.userId))) throw new Problem('auth.token_invalid');
          const former = await repo.avatarsOf(tx, actor.userId, 'used');
          if (former.length > 0) await repo.setStatus(tx, former, 'retired', now());
          await repo.setStatus(tx, [picture.name], 'used', now());
          const row = await repo.setProfilePicture(tx, actor.userId, originalUrls(picture), now());
          effects.add(profileChanged(actor.userId, { username: false, looks: true }));
          effects.add(enqueued(optimizeAvatar, { name: picture.name }));
          return ownProfile(row);
        });
      } catch (error) {
        await withdraw(picture);
        throw error;
      }
    },

    async removeAvatar(write: Write, actor: Actor): Promise<OwnProfile> {
      return write(async (tx, effects) => {
        if (!(await repo.lockOwner(tx, actor.userId))) throw new Problem('auth.token_invalid');
        await retire(tx, effects, await repo.avatarsOf(tx, actor.userId, 'used'));
        effects.add(profileChanged(actor.userId, { username: false, looks: true }));
        return ownProfile(await repo.setProfilePicture(tx, actor.userId, null, now()));
      });
    },

    /** Takes a picture for a message in. It goes after a day unless a message has taken it (`attach`). */
    async uploadImage(write: Write, actor: Actor, bytes: Uint8Array): Promise<UploadedImage> {
      const picture = await store('image', actor, await clean(actor, bytes));
      try {
        return await write(async (tx) => {
          await repo.setStatus(tx, [picture.name], 'loose', now());
          return { imageUrl: urlOf(originalKey(picture)), publicId: picture.name };
        });
      } catch (error) {
        await withdraw(picture);
        throw error;
      }
    },

    /** Gives one's uploaded picture to a message, once; answers its address. Refuses with `images.not_found`. */
    async attach(tx: Tx, actor: Actor, publicId: string): Promise<string> {
      const row = await repo.lock(tx, publicId);
      if (row === undefined || row.kind !== 'image' || row.owner_id !== actor.userId || row.status !== 'loose') {
        throw new Problem('images.not_found');
      }
      await repo.setStatus(tx, [publicId], 'used', now());
      return urlOf(originalKey(row));
    },

    /** Makes a small picture of a message's picture; answers its address. Made again it is the same. */
    async makeThumbnail(publicId: string, signal: AbortSignal): Promise<string> {
      const picture = await repo.find(queries, publicId);
      const original = picture && (await storage.read(originalKey(picture)));
      if (picture === undefined || original === undefined) throw new Error(`The file of ${publicId} is gone`);
      const bytes = await images.thumbnail(await buffer(original));
      const key = variantKeys(picture).thumbnail;
      await storage.put(key, (async function* () { yield bytes; })(), { maxBytes: bytes.length, signal });
      return urlOf(key);
    },

    /** For when its picture has gone meanwhile. */
    removeThumbnail: (publicId: string): Promise<void> => storage.delete(variantKeys({ name: publicId }).thumbnail),

    /** The message is gone: so is its picture. */
    async detach(tx: Tx, effects: Effects, publicId: string): Promise<void> {
      const row = await repo.lock(tx, publicId);
      if (row?.kind === 'image' && row.status === 'used') await retire(tx, effects, [publicId]);
    },

    /** Has removed what killed processes and changed minds left; answers how many. */
    async sweep(write: Write): Promise<number> {
      return write(async (tx, effects) => {
        const names = await repo.lockUnused(tx, new Date(clock.now() - ABANDONED_AFTER_MS), 100);
        await retire(tx, effects, names);
        return names.length;
      });
    },
  };
}
