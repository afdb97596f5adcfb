import type { OwnProfile, UploadedImage } from '@watchparty/protocol';
import type { Caller, CallOptions, CreateOptions } from './caller.ts';
import { jsonOf } from './exchange.ts';

/** A JPEG, PNG, WebP, AVIF or GIF: a file that the user chose, or bytes in memory. */
export type Picture = Blob | Uint8Array<ArrayBuffer>;

interface Settings {
  readonly newIdempotencyKey: () => string;
}

export function pictureCalls({ data, send }: Caller, { newIdempotencyKey }: Settings) {
  const form = (field: string, picture: Picture) => (): FormData => {
    const made = new FormData();
    made.append(field, picture instanceof Blob ? picture : new Blob([picture]), 'picture');
    return made;
  };
  const dataOf = async <T>(response: Response, signal: AbortSignal | undefined): Promise<T> =>
    (await jsonOf<{ readonly data: T }>(response, signal)).data;

  return {
    /** Answers the profile with the new picture; its variants lead to the original until they are made. */
    async uploadProfilePicture(picture: Picture, { signal }: CallOptions = {}): Promise<OwnProfile> {
      const body = form('profilePicture', picture);
      return dataOf(await send({ method: 'POST', path: '/api/auth/upload-profile-picture', body, signal }), signal);
    },

    removeProfilePicture: ({ signal }: CallOptions = {}): Promise<OwnProfile> =>
      data({ method: 'DELETE', path: '/api/auth/profile-picture', signal }),

    /** For a message, which must carry it within a day. */
    async uploadImage(picture: Picture, options: CreateOptions = {}): Promise<UploadedImage> {
      const { signal, idempotencyKey = newIdempotencyKey() } = options;
      const headers = { 'idempotency-key': idempotencyKey };
      const body = form('image', picture);
      const request = { method: 'POST', path: '/api/uploads/images', headers, body, signal } as const;
      return dataOf(await send(request, { repeatable: true }), signal);
    },

    /** The file at one of the addresses that profiles and messages tell, such as `/uploads/avatar-….jpg`. */
    get: (address: string, { signal }: CallOptions = {}): Promise<Response> =>
      send({ method: 'GET', path: address, signal }, { repeatable: true, signedIn: false }),
  };
}
