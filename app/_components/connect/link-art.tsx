/** A phone that hands its conversations over to a bigger screen. */
export function LinkArt({ className }: { className?: string }) {
  return (
    <svg aria-hidden="true" viewBox="0 0 320 260" className={className}>
      <rect x="76" y="18" width="236" height="176" rx="18" fill="var(--sunken)" />
      <rect
        x="76.75"
        y="18.75"
        width="234.5"
        height="174.5"
        rx="17.25"
        fill="none"
        stroke="var(--line-strong)"
        strokeWidth="1.5"
      />
      <path d="M76 62h236" stroke="var(--line-strong)" strokeWidth="1.5" />
      <circle cx="98" cy="40" r="5" fill="var(--line-strong)" />
      <circle cx="114" cy="40" r="5" fill="var(--line-strong)" />
      <rect x="176" y="80" width="100" height="30" rx="11" fill="var(--bubble-in)" />
      <rect x="188" y="92" width="62" height="6" rx="3" fill="var(--line-strong)" />
      <rect x="196" y="118" width="98" height="30" rx="11" fill="var(--bubble-out)" />
      <rect x="208" y="130" width="56" height="6" rx="3" fill="var(--brand)" opacity=".55" />
      <rect x="176" y="156" width="72" height="24" rx="11" fill="var(--bubble-in)" />
      <path d="M176 226h36M194 194v32" stroke="var(--line-strong)" strokeWidth="8" strokeLinecap="round" />
      <rect
        x="14"
        y="72"
        width="104"
        height="182"
        rx="20"
        fill="var(--surface)"
        stroke="var(--brand)"
        strokeWidth="5"
      />
      <rect x="50" y="84" width="32" height="6" rx="3" fill="var(--brand)" />
      <rect x="30" y="106" width="56" height="22" rx="9" fill="var(--sunken)" />
      <rect x="46" y="136" width="56" height="22" rx="9" fill="var(--bubble-out)" />
      <rect x="30" y="166" width="44" height="22" rx="9" fill="var(--sunken)" />
      <circle cx="66" cy="226" r="13" fill="var(--brand)" />
      <path
        d="m60 226 4.500 4.500 8-9"
        fill="none"
        stroke="var(--surface)"
        strokeWidth="3"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <path d="M128 150h30" stroke="var(--sun)" strokeWidth="5" strokeLinecap="round" strokeDasharray="1 11" />
      <path
        d="m156 142 10 8-10 8"
        fill="none"
        stroke="var(--sun)"
        strokeWidth="5"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
