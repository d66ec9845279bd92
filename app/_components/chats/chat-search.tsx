'use client';

import { Search, X } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { Input } from '@/app/_components/ui/input';
import { IconButton } from '@/app/_components/ui/icon-button';

export const SEARCH_ID = 'chat-search';

export function ChatSearch({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const t = useTranslations('chat.list');
  return (
    <search className="relative block">
      <Search
        aria-hidden
        className="-translate-y-1/2 pointer-events-none absolute top-1/2 left-3 size-[1.125rem] text-muted"
      />
      <Input
        id={SEARCH_ID}
        type="text"
        inputMode="search"
        enterKeyHint="search"
        autoComplete="off"
        aria-label={t('search')}
        placeholder={t('search')}
        value={value}
        maxLength={80}
        onChange={(event) => onChange(event.target.value)}
        className="bg-sunken pr-10 pl-10 ring-transparent"
      />
      {value !== '' && (
        <IconButton label={t('clearSearch')} className="absolute top-0.5 right-0.5" onClick={() => onChange('')}>
          <X aria-hidden className="size-4" />
        </IconButton>
      )}
    </search>
  );
}
