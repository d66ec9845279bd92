'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { appErrorOf } from '@/app/_lib/app-error';
import { useTRPC } from '@/app/_lib/trpc';

/**
 * What a person can do with their link. The answers are not read: each change arrives by the subscription, also the ones that
 * another tab or the phone made.
 */
export function useLinkActions() {
  const api = useTRPC();
  const t = useTranslations('common');
  const connect = useMutation(api.whatsapp.connect.mutationOptions());
  const restore = useMutation(api.whatsapp.restore.mutationOptions());
  const restart = useMutation(api.whatsapp.restart.mutationOptions());
  const disconnect = useMutation(api.whatsapp.disconnect.mutationOptions());
  const all = [connect, restore, restart, disconnect];

  const begin = (action: () => void) => {
    for (const mutation of all) mutation.reset();
    action();
  };
  const failed = all.find((mutation) => mutation.isError)?.error;

  return {
    busy: all.some((mutation) => mutation.isPending),
    /** In words, of the last thing that was tried. */
    failure: failed === undefined ? null : (appErrorOf(failed)?.message ?? t('noConnection')),
    invalidPhone: appErrorOf(connect.error)?.code === 'INVALID_PHONE',
    link: (phoneNumber?: string) =>
      begin(() => connect.mutate(phoneNumber === undefined ? undefined : { phoneNumber })),
    /** A pairing that waits for a code cannot turn back into a QR: it ends, and another begins. */
    linkByQrInstead: () =>
      begin(() => disconnect.mutate({ unlink: false }, { onSuccess: () => connect.mutate(undefined) })),
    resume: () => begin(() => restore.mutate()),
    restart: () => begin(() => restart.mutate()),
    stop: () => begin(() => disconnect.mutate({ unlink: false })),
    unlink: () => begin(() => disconnect.mutate({ unlink: true })),
  };
}

export type LinkActions = ReturnType<typeof useLinkActions>;
