import { buffer } from 'node:stream/consumers';
import Type from 'typebox';
import type { Queries } from '../../db/index.ts';
import type { Images } from '../../images/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import { declareJob, enqueued, type JobContext, type JobHandler } from '../../kernel/job.ts';
import type { Storage } from '../../storage/index.ts';
import { profileChanged } from './accounts.cache.ts';
import { originalKey, type PictureName, variantKeys, variantUrls } from './picture-files.ts';
import * as repo from './pictures.repo.ts';

const Name = Type.String({ minLength: 1, maxLength: 100 });

const shared = {
  queue: 'imageProcessing', attempts: 5, backoffMs: 2000, timeoutMs: 120_000, keepFailedSeconds: 30 * 86_400,
} as const;

/** Makes the variants of a profile picture, shows them, and has the pictures before it removed. */
export const optimizeAvatar = declareJob({
  name: 'optimize-avatar', ...shared, payload: Type.Object({ name: Name }, { additionalProperties: false }),
});

/** Removes all files of pictures that nobody sees any more. */
export const deleteOldAvatar = declareJob({
  name: 'delete-old-avatar', ...shared,
  payload: Type.Object({ names: Type.Array(Name, { minItems: 1, maxItems: 1000 }) }, { additionalProperties: false }),
});

interface Deps {
  readonly queries: Queries;
  readonly images: Images;
  readonly storage: Storage;
  readonly clock: Clock;
}

export function pictureJobs(deps: Deps): JobHandler[] {
  return [
    { job: optimizeAvatar, handle: (context) => optimize(deps, context as JobContext<{ name: string }>) },
    { job: deleteOldAvatar, handle: (context) => removeRetired(deps, context as JobContext<{ names: string[] }>) },
  ];
}

/** Every step can be done again: names are those of the picture, and what nobody shows any more is not kept. */
async function optimize(
  { queries, images, storage, clock }: Deps, { payload: { name }, signal, write, done }: JobContext<{ name: string }>,
): Promise<void> {
  const picture = await repo.find(queries, name);
  if (picture?.status !== 'used') return removeVariants(storage, name, picture);
  const original = await storage.read(originalKey(picture));
  if (original === undefined) throw new Error(`The file of ${name} is gone`);
  const variants = await images.avatarVariants(await buffer(original));
  const keys = variantKeys(picture);
  for (const [variant, bytes] of Object.entries(variants)) {
    const key = keys[variant as keyof typeof keys];
    if (key === originalKey(picture)) continue;
    await storage.put(key, (async function* () { yield bytes; })(), { maxBytes: bytes.length, signal });
  }
  const shown = await write(async (tx, effects) => {
    const { owner_id: owner } = picture;
    if (owner === null || !(await repo.lockOwner(tx, owner))) return false;
    if ((await repo.lock(tx, name))?.status !== 'used') return false;
    const now = new Date(clock.now());
    await repo.setProfilePicture(tx, owner, variantUrls(picture), now);
    effects.add(profileChanged(owner, { username: false, looks: true }));
    const former = await repo.avatarsOf(tx, owner, 'retired');
    if (former.length > 0) effects.add(enqueued(deleteOldAvatar, { names: former }));
    await done(tx);
    return true;
  });
  // Replaced while it was being worked on.
  if (!shown) await removeVariants(storage, name, picture);
}

async function removeVariants(
  storage: Storage, name: string, picture: Partial<PictureName> | undefined,
): Promise<void> {
  const { thumbnail, medium, webp } = variantKeys({ name });
  // The original of a WebP has the name of its variant, and goes with the picture.
  const keys = picture?.extension === 'webp' ? [thumbnail, medium] : [thumbnail, medium, webp];
  for (const key of keys) await storage.delete(key);
}

async function removeRetired(
  { queries, storage }: Deps, { payload: { names }, write, done }: JobContext<{ names: string[] }>,
): Promise<void> {
  const pictures = await repo.retired(queries, names);
  for (const picture of pictures) {
    for (const key of [originalKey(picture), ...Object.values(variantKeys(picture))]) await storage.delete(key);
  }
  await write(async (tx) => {
    if (pictures.length > 0) await repo.remove(tx, pictures.map(({ name }) => name));
    await done(tx);
  });
}
