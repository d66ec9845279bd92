import { CheckCheck } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { cn } from '@/app/_lib/cn';

const LINES = [
  { text: 'in1', mine: false, time: '10:42' },
  { text: 'out1', mine: true, time: '10:43' },
  { text: 'in2', mine: false, time: '10:43' },
  { text: 'out2', mine: true, time: '10:44' },
] as const;

/** What the product is, shown rather than told: a conversation as the chat page draws it. */
export function AuthPitch() {
  const t = useTranslations('auth.pitch');
  return (
    <aside className="relative hidden overflow-hidden bg-rail text-[#eaf4ef] lg:flex lg:flex-col lg:justify-center lg:px-14 xl:px-20">
      <Rings />
      <div className="relative max-w-[29rem]">
        <p className="display text-[2.75rem] leading-[1.05]">{t('title')}</p>
        <p className="mt-4 max-w-[26rem] text-[#b5cfc4] text-lg leading-relaxed">{t('lead')}</p>
        <div aria-hidden className="mt-12 grid gap-2.5">
          {LINES.map(({ text, mine, time }) => (
            <div
              key={text}
              className={cn(
                'w-fit max-w-[19rem] rounded-2xl px-4 py-2.5 text-[0.9375rem] shadow-float',
                mine
                  ? 'justify-self-end rounded-br-md bg-[#cfebda] text-[#12211b]'
                  : 'rounded-bl-md bg-white text-[#12211b]',
              )}
            >
              {t(text)}
              <span className="tnum mt-0.5 flex items-center justify-end gap-1 text-[#4a6056] text-xs">
                {time}
                {mine && <CheckCheck className="size-4 text-[#0f6ecb]" />}
              </span>
            </div>
          ))}
        </div>
      </div>
    </aside>
  );
}

function Rings() {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 600 600"
      className="-right-52 -bottom-56 absolute size-[46rem] text-rail-active"
    >
      {[284, 226, 168, 110].map((radius) => (
        <circle key={radius} cx="300" cy="300" r={radius} fill="none" stroke="currentColor" strokeWidth="22" />
      ))}
      <circle cx="300" cy="300" r="46" fill="#f0b03a" />
    </svg>
  );
}
