'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { LinkActions } from '@/app/_components/connect/use-link-actions';
import { Button } from '@/app/_components/ui/button';
import { Dialog } from '@/app/_components/ui/dialog';

/** Unlinking cannot be taken back, so it asks once, saying what goes and what stays. */
export function UnlinkButton({ actions }: { actions: LinkActions }) {
  const t = useTranslations();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button tone="danger" disabled={actions.busy} onClick={() => setAsking(true)}>
        {t('connect.connected.unlink')}
      </Button>
      <Dialog
        open={asking}
        onOpenChange={setAsking}
        title={t('connect.unlinkDialog.title')}
        lead={t('connect.unlinkDialog.lead')}
      >
        <div className="flex flex-wrap justify-end gap-3">
          <Button tone="quiet" onClick={() => setAsking(false)}>
            {t('common.cancel')}
          </Button>
          <Button
            tone="alarm"
            onClick={() => {
              setAsking(false);
              actions.unlink();
            }}
          >
            {t('connect.unlinkDialog.confirm')}
          </Button>
        </div>
      </Dialog>
    </>
  );
}
