/** Those that are at hand; people's keyboards have all others. */
export const EMOJI: readonly string[] = ['❤️', '😂', '😮', '😢', '👏', '🔥', '👍', '🍿'];
