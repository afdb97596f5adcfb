import Type from 'typebox';
import { OwnProfile, UploadedImage } from '@watchparty/protocol';
import { MAX_IMAGE_BYTES } from '../../images/index.ts';
import { formRoute, jsonRoute, rawRoute, type Route } from '../../kernel/route.ts';
import type { Storage } from '../../storage/index.ts';
import { servePicture } from './picture-serving.ts';
import type { Pictures } from './pictures.ts';

const ERRORS = ['images.format_unsupported', 'images.unreadable', 'images.too_many_pixels'] as const;
const fieldDescription = 'A JPEG, PNG, WebP, AVIF or GIF, by its content; its name and declared type do not count';
const CONTENT_TYPES = ['image/jpeg', 'image/png', 'image/webp', 'image/avif', 'image/gif'];

interface Deps {
  readonly pictures: Pictures;
  readonly storage: Storage;
}

export function picturesRoutes({ pictures, storage }: Deps): Route[] {
  const tag = 'Pictures';
  return [
    formRoute({
      method: 'POST', path: '/api/auth/upload-profile-picture', id: 'uploadProfilePicture', tag, access: 'user',
      summary: 'Upload one’s profile picture',
      description:
        'Metadata such as places is removed, and photos are turned upright. The picture is shown at once; the addresses ' +
        'of its variants lead to the original until they are made.',
      field: 'profilePicture', fieldDescription, maxFileBytes: MAX_IMAGE_BYTES, response: OwnProfile, errors: ERRORS,
      handle: ({ write, actor, body }) => pictures.uploadAvatar(write, actor, body.file),
    }),
    jsonRoute({
      method: 'DELETE', path: '/api/auth/profile-picture', id: 'deleteProfilePicture', tag, access: 'user',
      summary: 'Have no profile picture any more', response: OwnProfile,
      handle: ({ write, actor }) => pictures.removeAvatar(write, actor),
    }),
    formRoute({
      method: 'POST', path: '/api/uploads/images', id: 'uploadImage', tag, access: 'user', idempotent: true, status: 201,
      summary: 'Upload a picture for a message',
      description: 'Treated like a profile picture. It is removed after a day unless a message carries it.',
      field: 'image', fieldDescription, maxFileBytes: MAX_IMAGE_BYTES, response: UploadedImage, errors: ERRORS,
      handle: ({ write, actor, body }) => pictures.uploadImage(write, actor, body.file),
    }),
    rawRoute({
      method: 'GET', path: '/uploads/:file', id: 'getPicture', tag, access: 'anyone', ignoresToken: true, limit: 'none',
      summary: 'A picture; whoever knows its name may see it',
      params: Type.Object({ file: Type.String({ maxLength: 100 }) }, { additionalProperties: false }),
      produces: {
        200: { description: 'The picture', contentTypes: CONTENT_TYPES },
        304: { description: 'Not changed since `If-None-Match`', contentTypes: [] },
      },
      errors: ['images.not_found'],
      handle: ({ params: { file }, headers }) => servePicture(storage, file, headers['if-none-match']),
    }),
  ];
}
