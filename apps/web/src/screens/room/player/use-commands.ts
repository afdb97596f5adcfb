import { useCallback } from 'react';
import { ApiError } from '@watchparty/client';
import type { PlaybackCommand } from '@watchparty/protocol';
import { useI18n } from '../../../i18n/i18n.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import type { Visit } from '../use-room.ts';

export type Command = (command: Omit<PlaybackCommand, 'version'>) => void;

/** Acts for the whole room; who was overtaken by somebody else is told so. */
export function useCommands({ room }: Visit): Command {
  const { t } = useI18n();
  const toasts = useToasts();
  return useCallback((command) => {
    room.command(command).catch((error: unknown) => {
      if (error instanceof ApiError && error.code === 'rooms.playback_version_conflict') toasts.say(t('player.overtaken'));
      else toasts.fail(error);
    });
  }, [room, toasts, t]);
}
