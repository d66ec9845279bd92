'use client';

import { SendHorizontal } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useSyncExternalStore } from 'react';
import { LinkNotice } from '@/app/_components/chats/link-notice';
import { Button } from '@/app/_components/ui/button';
import { cn } from '@/app/_lib/cn';
import { formatPhone } from '@/app/_lib/format';
import { takesMessages, useWhatsapp } from '@/app/_lib/use-whatsapp';
import { useWorkspace } from '@/app/_lib/workspace';
import { MAX_TEXT_LENGTH } from '@/server/chats/schema';

export const COMPOSER_ID = 'composer';
/** The count is shown when so few characters are left. */
const NEAR_END = 200;
const MAX_HEIGHT = 192;

const isTouch = () => window.matchMedia('(pointer: coarse)').matches;

type ComposerProps = { chatId: string; ownNumber: string | null; onSend: (text: string) => void };

/** The box one writes in: never locked, never emptied except by sending, and what is in it is kept as a draft. */
export function Composer({ chatId, ownNumber, onSend }: ComposerProps) {
  const t = useTranslations('chat.composer');
  const { drafts } = useWorkspace();
  const text = useSyncExternalStore(drafts.subscribe, () => drafts.get(chatId));
  const box = useRef<HTMLTextAreaElement>(null);
  const status = useWhatsapp().data;
  const otherNumber =
    ownNumber !== null && typeof status?.phoneNumber === 'string' && status.phoneNumber !== ownNumber
      ? ownNumber
      : null;
  const open = status !== undefined && takesMessages(status) && otherNumber === null;
  const left = MAX_TEXT_LENGTH - text.length;
  const canSend = open && left >= 0 && text.trim() !== '';

  // As high as its text, up to a third of the screen
  useLayoutEffect(() => {
    if (box.current === null) return;
    box.current.style.height = 'auto';
    box.current.style.height = `${Math.min(box.current.scrollHeight, MAX_HEIGHT)}px`;
  }, [text]);
  // With a mouse one opens a chat to write in it; on a phone the keyboard would cover what one came to read.
  useEffect(() => {
    if (!isTouch()) box.current?.focus({ preventScroll: true });
  }, []);

  const submit = () => {
    if (!canSend) return;
    onSend(text);
    drafts.set(chatId, '');
    box.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter also ends a word that is being composed (accents, other scripts): that one is not for us.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing || isTouch()) return;
    event.preventDefault();
    submit();
  };

  return (
    <div className="shrink-0 border-line border-t bg-surface pb-safe">
      {otherNumber === null ? (
        <LinkNotice className="md:px-8" />
      ) : (
        <output className="block bg-warn-soft px-4 py-2 text-sm text-warn md:px-8">
          {t('otherNumber', { number: formatPhone(otherNumber) })}
        </output>
      )}
      <form
        className="mx-auto flex max-w-[56rem] items-end gap-2 px-3 py-2.5 md:px-8"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <div className="min-w-0 flex-1">
          <textarea
            ref={box}
            id={COMPOSER_ID}
            data-testid="composer"
            rows={1}
            value={text}
            aria-label={t('label')}
            placeholder={t('placeholder')}
            title={t('hint')}
            enterKeyHint="enter"
            autoComplete="off"
            onChange={(event) => drafts.set(chatId, event.target.value)}
            onKeyDown={onKeyDown}
            className="scroll-thin block min-h-11 w-full resize-none rounded-[1.375rem] bg-sunken px-4 py-2.5 leading-6 placeholder:text-muted focus-visible:outline-1 focus-visible:outline-brand/70 focus-visible:-outline-offset-1"
          />
          {left <= NEAR_END && (
            <output
              className={cn('tnum block px-4 pt-1 text-xs', left < 0 ? 'font-semibold text-danger' : 'text-muted')}
            >
              {left < 0 ? t('over', { count: -left }) : t('left', { count: left })}{' '}
            </output>
          )}
        </div>
        <Button
          type="submit"
          size="icon"
          data-testid="send"
          aria-label={t('send')}
          title={t('send')}
          disabled={!canSend}
          className="size-11 rounded-full"
        >
          <SendHorizontal aria-hidden className="size-5" />
        </Button>
      </form>
    </div>
  );
}
