'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { useTheme } from 'next-themes';
import { Group, Row } from '@/app/_components/settings/setting-row';
import { PageFailure } from '@/app/_components/shell/page-failure';
import { THEMES } from '@/app/_components/shell/preferences-menu';
import { Button } from '@/app/_components/ui/button';
import { Notice } from '@/app/_components/ui/notice';
import { Segmented } from '@/app/_components/ui/segmented';
import { Skeleton } from '@/app/_components/ui/skeleton';
import { Switch } from '@/app/_components/ui/switch';
import { appErrorOf } from '@/app/_lib/app-error';
import { longDate } from '@/app/_lib/format';
import { LOCALES } from '@/app/_lib/i18n/locale';
import { notifications, useNotificationState } from '@/app/_lib/notifications';
import { useSingleKeys } from '@/app/_lib/shortcuts';
import { useTRPC } from '@/app/_lib/trpc';
import { useLocaleSwitch } from '@/app/_lib/use-locale-switch';
import { useWorkspace } from '@/app/_lib/workspace';

export function SettingsView() {
  const t = useTranslations();
  const api = useTRPC();
  const queryClient = useQueryClient();
  const settings = useQuery(api.settings.get.queryOptions());
  const save = useMutation(
    api.settings.update.mutationOptions({
      // Shown at once; taken back when the server says no.
      onMutate(change) {
        const before = queryClient.getQueryData(api.settings.get.queryKey());
        queryClient.setQueryData(api.settings.get.queryKey(), (known) => known && { ...known, ...change });
        return { before };
      },
      onError(_, __, context) {
        queryClient.setQueryData(api.settings.get.queryKey(), context?.before);
      },
      onSuccess: (saved) => queryClient.setQueryData(api.settings.get.queryKey(), saved),
    }),
  );
  if (settings.isError && settings.data === undefined) {
    return (
      <PageFailure error={settings.error} title={t('settings.loadFailed')} onRetry={() => void settings.refetch()} />
    );
  }
  return (
    <div className="scroll-thin flex-1 overflow-y-auto">
      <div className="mx-auto grid max-w-[46rem] gap-8 px-5 pt-6 pb-12 md:px-10 md:pt-9">
        <h1 className="display text-[1.75rem]">{t('settings.title')}</h1>
        {save.isError && <Notice>{appErrorOf(save.error)?.message ?? t('settings.saveFailed')}</Notice>}
        <Group title={t('settings.chats')}>
          <Row id="read-receipts" title={t('settings.readReceipts')} hint={t('settings.readReceiptsHint')}>
            {settings.data === undefined ? (
              <Skeleton className="h-7 w-12 rounded-full" />
            ) : (
              <Switch
                id="read-receipts"
                aria-describedby="read-receipts-hint"
                checked={settings.data.readReceipts}
                onCheckedChange={(readReceipts) => save.mutate({ readReceipts })}
              />
            )}
          </Row>
        </Group>
        <NoticesGroup />
        <Look onLocale={(locale) => save.mutate({ locale })} />
        <KeyboardGroup />
        <AccountGroup />
        <ProgramsGroup />
      </div>
    </div>
  );
}

function Look({ onLocale }: { onLocale: (locale: (typeof LOCALES)[number]) => void }) {
  const t = useTranslations();
  const [locale, setLocale] = useLocaleSwitch();
  const { theme, setTheme } = useTheme();
  return (
    <Group title={t('settings.look')}>
      <Row title={t('settings.language')} hint={t('settings.languageHint')}>
        <Segmented
          label={t('settings.language')}
          value={locale}
          onChange={(next) => {
            setLocale(next);
            onLocale(next);
          }}
          options={LOCALES.map((value) => ({ value, label: t(`language.${value}`) }))}
        />
      </Row>
      <Row title={t('settings.theme')} hint={t('settings.themeHint')}>
        <Segmented
          label={t('settings.theme')}
          value={THEMES.find(({ value }) => value === theme)?.value ?? 'system'}
          onChange={setTheme}
          options={THEMES.map(({ value, Icon }) => ({
            value,
            label: (
              <>
                <Icon aria-hidden className="size-4 max-sm:hidden" />
                {t(`theme.${value}`)}
              </>
            ),
          }))}
        />
      </Row>
    </Group>
  );
}

const NOTICE_HINTS = {
  on: 'desktopHint',
  off: 'desktopHint',
  refused: 'desktopRefused',
  unavailable: 'desktopUnavailable',
} as const;

function NoticesGroup() {
  const t = useTranslations('settings');
  const state = useNotificationState();
  return (
    <Group title={t('notifications')}>
      <Row id="desktop-notices" title={t('desktop')} hint={t(NOTICE_HINTS[state])}>
        <Switch
          id="desktop-notices"
          aria-describedby="desktop-notices-hint"
          disabled={state === 'refused' || state === 'unavailable'}
          checked={state === 'on'}
          onCheckedChange={(on) => void notifications.switch(on)}
        />
      </Row>
    </Group>
  );
}

function KeyboardGroup() {
  const t = useTranslations('settings');
  const [singleKeys, setSingleKeys] = useSingleKeys();
  return (
    <Group title={t('keyboard')} className="pointer-coarse:hidden">
      <Row id="single-keys" title={t('singleKeys')} hint={t('singleKeysHint')}>
        <Switch
          id="single-keys"
          aria-describedby="single-keys-hint"
          checked={singleKeys}
          onCheckedChange={setSingleKeys}
        />
      </Row>
    </Group>
  );
}

function AccountGroup() {
  const t = useTranslations('settings');
  const locale = useLocale();
  const { me } = useWorkspace();
  return (
    <Group title={t('account')}>
      <Row title={me.name} hint={me.email}>
        <p className="text-muted text-sm">{t('since', { date: longDate(me.createdAt, locale) })}</p>
      </Row>
    </Group>
  );
}

/** For whoever writes programs: the page of the API is the server's own and none of the dashboard's. */
function ProgramsGroup() {
  const t = useTranslations('settings');
  return (
    <Group title={t('programs')}>
      <Row title={t('api')} hint={t('apiHint')}>
        <Button asChild tone="quiet" size="small">
          <a href="/docs">{t('apiOpen')}</a>
        </Button>
      </Row>
    </Group>
  );
}
