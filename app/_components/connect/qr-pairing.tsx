'use client';

import { useTranslations } from 'next-intl';
import { QRCodeSVG } from 'qrcode.react';
import { useState } from 'react';
import { Actions, Card } from '@/app/_components/connect/card';
import { CodeForm } from '@/app/_components/connect/code-form';
import { CountdownRing } from '@/app/_components/connect/countdown-ring';
import { Steps } from '@/app/_components/connect/steps';
import type { LinkActions } from '@/app/_components/connect/use-link-actions';
import { Button } from '@/app/_components/ui/button';
import { Segmented } from '@/app/_components/ui/segmented';
import { Spinner } from '@/app/_components/ui/spinner';
import { serverClock } from '@/app/_lib/server-clock';
import { useNow } from '@/app/_lib/use-now';
import type { WhatsappStatus } from '@/server/whatsapp/schema';

export function QrPairing({ status, actions }: { status: WhatsappStatus; actions: LinkActions }) {
  const t = useTranslations('connect');
  const [method, setMethod] = useState<'qr' | 'code'>('qr');
  return (
    <Card className="grid gap-8 md:grid-cols-[1fr_auto] md:gap-12 md:p-10">
      <div className="max-md:order-last">
        <h2 className="display text-[1.625rem]">{method === 'qr' ? t('qr.title') : t('methodCode')}</h2>
        <Segmented
          label={t('methods')}
          value={method}
          onChange={setMethod}
          className="mt-5 max-w-full"
          options={[
            { value: 'qr', label: t('methodQr') },
            { value: 'code', label: t('methodCode') },
          ]}
        />
        {method === 'qr' ? (
          <Steps steps={[t('qr.step1'), t('qr.step2'), t('qr.step3')]} />
        ) : (
          <div className="mt-5">
            <CodeForm actions={actions} />
          </div>
        )}
        <Actions>
          <Button
            tone="ghost"
            size="small"
            className="-ml-3.5 text-muted"
            disabled={actions.busy}
            onClick={actions.stop}
          >
            {t('cancel')}
          </Button>
        </Actions>
      </div>
      <LiveQr status={status} />
    </Card>
  );
}

/** The code while it counts, and not a moment longer. */
function LiveQr({ status }: { status: WhatsappStatus }) {
  const t = useTranslations('connect.qr');
  const now = useNow(250, serverClock.now);
  const { qrCode, expiresAt } = status;
  const valid = qrCode !== null && (expiresAt === null || expiresAt.getTime() > now);
  return (
    <div className="flex flex-col items-center gap-4">
      <div className="grid size-[19.5rem] place-items-center rounded-[1.75rem] rounded-bl-lg bg-white text-[#12211b] shadow-raised ring-1 ring-[#dbe2da]">
        {valid ? (
          <div data-testid="qr">
            <QRCodeSVG
              value={qrCode}
              size={292}
              level="L"
              marginSize={3}
              bgColor="#ffffff"
              fgColor="#0a1a14"
              title={t('label')}
            />
          </div>
        ) : (
          <output className="flex flex-col items-center gap-3 text-[#4d5e56] text-sm">
            <Spinner className="size-7 text-[#0b6a4d]" />
            {t('waiting')}
          </output>
        )}
      </div>
      <div className="flex min-h-9 items-center gap-3">
        {valid && expiresAt !== null && <CountdownRing expiresAt={expiresAt} now={now} />}
        <p className="max-w-48 text-balance text-muted text-sm">{t('renew')}</p>
      </div>
    </div>
  );
}
