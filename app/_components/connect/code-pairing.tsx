'use client';

import { useTranslations } from 'next-intl';
import { Actions, Card } from '@/app/_components/connect/card';
import { CountdownRing } from '@/app/_components/connect/countdown-ring';
import { Steps } from '@/app/_components/connect/steps';
import type { LinkActions } from '@/app/_components/connect/use-link-actions';
import { Button } from '@/app/_components/ui/button';
import { CopyButton } from '@/app/_components/ui/copy-button';
import { Spinner } from '@/app/_components/ui/spinner';
import { serverClock } from '@/app/_lib/server-clock';
import { useNow } from '@/app/_lib/use-now';
import type { WhatsappStatus } from '@/server/whatsapp/schema';

export function CodePairing({ status, actions }: { status: WhatsappStatus; actions: LinkActions }) {
  const t = useTranslations('connect');
  const now = useNow(250, serverClock.now);
  const { pairingCode, expiresAt } = status;
  const code = pairingCode !== null && (expiresAt === null || expiresAt.getTime() > now) ? pairingCode : null;
  return (
    <Card className="grid gap-8 md:p-10">
      <div>
        <h2 className="display text-[1.625rem]">{t('code.title')}</h2>
        <div className="mt-6 flex flex-wrap items-center gap-x-6 gap-y-4">
          {code === null ? (
            <output className="flex min-h-16 items-center gap-3 text-muted">
              <Spinner className="text-brand" />
              {t('qr.waiting')}
            </output>
          ) : (
            <PairingCode code={code} />
          )}
          {code !== null && expiresAt !== null && <CountdownRing expiresAt={expiresAt} now={now} />}
        </div>
      </div>
      <div>
        <Steps steps={[t('code.step1'), t('code.step2'), t('code.step3'), t('code.step4')]} />
        <Actions>
          <Button tone="quiet" size="small" disabled={actions.busy} onClick={actions.linkByQrInstead}>
            {t('methodQr')}
          </Button>
          <Button tone="ghost" size="small" className="text-muted" disabled={actions.busy} onClick={actions.stop}>
            {t('cancel')}
          </Button>
        </Actions>
      </div>
    </Card>
  );
}

function PairingCode({ code }: { code: string }) {
  const t = useTranslations('connect.code');
  return (
    <>
      <p data-testid="pairing-code" data-code={code} className="flex gap-3 sm:gap-4">
        <span className="sr-only">{[...code].join(' ')}</span>
        {[code.slice(0, 4), code.slice(4)].map((group, at) => (
          <span key={at === 0 ? 'first' : 'second'} aria-hidden className="flex gap-1 sm:gap-1.5">
            {[...group].map((character, index) => (
              <span
                // Places, not items
                key={index}
                className="tnum grid h-13 w-8 place-items-center rounded-lg bg-canvas font-bold text-2xl ring-1 ring-line-strong ring-inset sm:h-16 sm:w-12 sm:text-3xl"
              >
                {character}
              </span>
            ))}
          </span>
        ))}
      </p>
      <CopyButton text={code} label={t('copy')} />
    </>
  );
}
