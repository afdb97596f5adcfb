import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { Busboy, type BusboyHeaders } from '@fastify/busboy';
import { Problem } from '../../kernel/problem.ts';

export interface FormOptions {
  /** The one file field that the form has. */
  readonly field: string;
  readonly maxFileBytes: number;
}

export interface FormReader {
  /**
   * Hands `use` the file of a form that holds this one file and nothing else, in memory. Its name and declared type are
   * not looked at: a part of this name is the file. Ends `body` when it stops early.
   */
  withFile<T>(
    body: Readable, headers: IncomingHttpHeaders, options: FormOptions, use: (file: Buffer) => Promise<T>,
  ): Promise<T>;
}

interface FormLimits {
  /** How long a whole form may take to arrive. */
  readonly arrivalTimeoutMs: number;
  /** Files held at once, together. Bytes count, not forms: slow senders stand in nobody's way. */
  readonly maxHeldBytes: number;
}

/** What surrounds the file in a form, at most. */
const FRAME_BYTES = 16 * 1024;
const LIMITS = { fieldNameSize: 100, fieldSize: 1024, fields: 1, files: 2, parts: 3, headerPairs: 20, headerSize: 4096 };
const FORM_TYPE = /^multipart\/form-data\s*;/i;

/** What can be refused before the first byte is asked for. */
export function refuseFormByHeaders(
  headers: IncomingHttpHeaders, { maxFileBytes }: Pick<FormOptions, 'maxFileBytes'>,
): void {
  if (!FORM_TYPE.test(headers['content-type'] ?? '')) throw unsupported('Send a form, as multipart/form-data');
  if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity') {
    throw unsupported('Send the body without a content encoding');
  }
  if (Number(headers['content-length']) > maxFileBytes + FRAME_BYTES) throw tooLarge(maxFileBytes);
}

export function createFormReader({ arrivalTimeoutMs, maxHeldBytes }: FormLimits): FormReader {
  let heldBytes = 0;
  return {
    async withFile(body, headers, options, use) {
      let ownBytes = 0;
      const onChunk = (bytes: number): void => {
        ownBytes += bytes;
        heldBytes += bytes;
        if (heldBytes > maxHeldBytes) throw crowded();
      };
      try {
        return await use(await readFile(body, headers, { ...options, arrivalTimeoutMs, onChunk }));
      } finally {
        heldBytes -= ownBytes;
      }
    },
  };
}

interface ReadOptions extends FormOptions {
  readonly arrivalTimeoutMs: number;
  /** Throws when there is no room for so many more bytes. */
  readonly onChunk: (bytes: number) => void;
}

async function readFile(body: Readable, headers: IncomingHttpHeaders, options: ReadOptions): Promise<Buffer> {
  const { field, maxFileBytes, arrivalTimeoutMs, onChunk } = options;
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const parser = open(headers, options);
  const chunks: Buffer[] = [];
  let files = 0;
  parser.on('file', (name, file, _filename, encoding) => {
    files += 1;
    if (files > 1 || name !== field) reject(refused(name, 'is not a field of this form, or comes twice'));
    if (encoding === 'base64' || encoding === 'quoted-printable') reject(malformed());
    file.on('limit', () => reject(tooLarge(maxFileBytes)));
    file.on('error', () => reject(malformed()));
    file.on('data', (chunk: Buffer) => {
      try {
        onChunk(chunk.length);
        chunks.push(chunk);
      } catch (error) {
        reject(error);
      }
    });
  });
  parser.on('field', (name) => reject(refused(name, 'is not a field of this form')));
  for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const) parser.on(limit, () => reject(malformed()));
  parser.on('error', () => reject(malformed()));
  parser.on('finish', () => {
    if (files === 1) resolve(Buffer.concat(chunks));
    else reject(refused(field, 'is missing'));
  });
  body.on('error', reject);
  const timer = setTimeout(() => reject(new Problem('request.timeout')), arrivalTimeoutMs);
  body.pipe(parser);
  try {
    return await promise;
  } catch (error) {
    body.unpipe(parser);
    body.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function open(headers: IncomingHttpHeaders, { field, maxFileBytes }: FormOptions): InstanceType<typeof Busboy> {
  try {
    return new Busboy({
      headers: headers as BusboyHeaders,
      limits: { ...LIMITS, fileSize: maxFileBytes },
      isPartAFile: (name, type, filename) =>
        name === field || filename !== undefined || type === 'application/octet-stream',
    });
  } catch (cause) {
    throw malformed(cause);
  }
}

const crowded = (): Problem =>
  new Problem('service.unavailable', { detail: 'Too much is being uploaded at once', retryAfterSeconds: 2 });

const unsupported = (detail: string): Problem => new Problem('request.media_type_unsupported', { detail });

const malformed = (cause?: unknown): Problem =>
  new Problem('request.body_malformed', { detail: 'The form cannot be read', cause });

/** A part may come without a name, whatever the parser's types say. */
function refused(name: string | undefined, message: string): Problem {
  const shown = (name ?? '').toWellFormed().replaceAll('\0', '\uFFFD').slice(0, 100);
  return new Problem('request.invalid', { errors: [{ field: `/body/${shown}`, message }] });
}

const tooLarge = (maxBytes: number): Problem =>
  new Problem('request.body_too_large', { detail: `The file may have ${maxBytes} bytes at most` });
