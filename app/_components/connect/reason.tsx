import { useTranslations } from 'next-intl';
import type { StatusReason } from '@/server/whatsapp/schema';

/** Why, in words a person understands, and what to do next. The code is for whoever is asked for help. */
export function Reason({ reason, showCode = false }: { reason: StatusReason; showCode?: boolean }) {
  const t = useTranslations();
  return (
    <div className="mt-4 rounded-xl bg-canvas px-4 py-3 ring-1 ring-line ring-inset">
      <p className="font-semibold">{t(`whatsapp.reason.${reason}.title`)}</p>
      <p className="mt-0.5 text-pretty text-muted">{t(`whatsapp.reason.${reason}.next`)}</p>
      {showCode && <p className="mt-2 select-all text-muted text-xs">{t('connect.error.code', { code: reason })}</p>}
    </div>
  );
}
