'use client';

import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { PageFailure } from '@/app/_components/shell/page-failure';
import { Spinner } from '@/app/_components/ui/spinner';
import { useWhatsapp } from '@/app/_lib/use-whatsapp';

/** To the chats of who has a link; to Connect of who has none yet. */
export function Home() {
  const router = useRouter();
  const whatsapp = useWhatsapp();
  const status = whatsapp.data;
  useEffect(() => {
    if (status !== undefined) router.replace(status.hasSession || status.connected ? '/chats' : '/connect');
  }, [status, router]);
  if (whatsapp.isError) return <PageFailure error={whatsapp.error} onRetry={() => void whatsapp.refetch()} />;
  return (
    <div className="grid flex-1 place-items-center text-brand">
      <Spinner className="size-8" />
    </div>
  );
}
