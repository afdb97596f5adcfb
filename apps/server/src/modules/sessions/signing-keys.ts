import { createHash } from 'node:crypto';

export interface SigningKeys {
  /** Signs, and verifies. `id` stands in the tokens as `kid`. */
  readonly current: { readonly id: string; readonly secret: Uint8Array };
  /** Which secret verifies a token that names this key; one that names none is from before keys had names. */
  find(id: string | undefined): Uint8Array | undefined;
}

/**
 * A new secret takes over at once; tokens that an earlier one has signed hold until they expire, as long as it is among
 * `previous`.
 */
export function createSigningKeys(secret: Uint8Array, previous: readonly Uint8Array[] = []): SigningKeys {
  const byId = new Map([...previous, secret].map((one) => [idOf(one), one]));
  return {
    current: { id: idOf(secret), secret },
    find: (id) => (id === undefined ? secret : byId.get(id)),
  };
}

/** Every node finds the same name, and the name tells nothing of the secret. */
const idOf = (secret: Uint8Array): string =>
  createHash('sha256').update('watchparty kid').update(secret).digest('base64url').slice(0, 8);
