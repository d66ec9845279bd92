'use client';

import { useMutation } from '@tanstack/react-query';
import { usePathname, useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { type FormEvent, useState } from 'react';
import { LinkNotice } from '@/app/_components/chats/link-notice';
import { Button } from '@/app/_components/ui/button';
import { Dialog } from '@/app/_components/ui/dialog';
import { Field } from '@/app/_components/ui/field';
import { Input } from '@/app/_components/ui/input';
import { Spinner } from '@/app/_components/ui/spinner';
import { appErrorOf } from '@/app/_lib/app-error';
import { showChat } from '@/app/_lib/chat-path';
import { useTRPC } from '@/app/_lib/trpc';
import { useWorkspace } from '@/app/_lib/workspace';

/** Opens a chat with a typed number, once WhatsApp has said that it knows it. */
export function NewChatDialog({ phone, onClose }: { phone: string; onClose: () => void }) {
  const t = useTranslations();
  const api = useTRPC();
  const router = useRouter();
  const pathname = usePathname();
  const { cache } = useWorkspace();
  const [value, setValue] = useState(phone);
  const start = useMutation(
    api.chats.start.mutationOptions({
      onSuccess(chat) {
        cache.chat(chat);
        onClose();
        if (pathname.startsWith('/chats')) showChat(chat.id);
        else router.push(`/chats/${chat.id}`);
      },
    }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (value.trim() !== '' && !start.isPending) start.mutate({ phone: value });
  };
  const failure = start.isError ? (appErrorOf(start.error)?.message ?? t('common.noConnection')) : undefined;
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('chat.start.title')} lead={t('chat.start.lead')}>
      <form onSubmit={submit} noValidate className="grid gap-4">
        <LinkNotice className="rounded-[10px]" />
        <Field id="new-chat-phone" label={t('chat.start.phone')} error={failure}>
          {(control) => (
            <Input
              {...control}
              type="tel"
              inputMode="tel"
              autoComplete="off"
              maxLength={40}
              placeholder={t('chat.start.placeholder')}
              value={value}
              onChange={(event) => setValue(event.target.value)}
            />
          )}
        </Field>
        <Button type="submit" disabled={start.isPending || value.trim() === ''}>
          {start.isPending && <Spinner className="size-4" />}
          {t(start.isPending ? 'chat.start.busy' : 'chat.start.submit')}
        </Button>
      </form>
    </Dialog>
  );
}
