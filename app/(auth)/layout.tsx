import type { ReactNode } from 'react';
import { AuthPitch } from '@/app/_components/auth/auth-pitch';
import { AuthPreferences } from '@/app/_components/auth/auth-preferences';
import { Logo } from '@/app/_components/shell/logo';

export default function AuthLayout({ children }: { children: ReactNode }) {
  return (
    <div className="grid min-h-dvh lg:grid-cols-[minmax(0,1fr)_minmax(0,1.05fr)]">
      <main className="flex flex-col bg-surface px-6 pt-5 pb-8 sm:px-10">
        <header className="flex items-center justify-between">
          <Logo className="text-brand" />
          <AuthPreferences />
        </header>
        <div className="mx-auto flex w-full max-w-[23rem] flex-1 flex-col justify-center py-10">{children}</div>
      </main>
      <AuthPitch />
    </div>
  );
}
