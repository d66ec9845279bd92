/** What to do on the phone, in order. */
export function Steps({ steps }: { steps: readonly string[] }) {
  return (
    <ol className="mt-5 grid gap-4">
      {steps.map((step, index) => (
        <li key={step} className="flex gap-3.5">
          <span className="tnum grid size-7 shrink-0 place-items-center rounded-full bg-brand-soft font-bold text-brand text-sm">
            {index + 1}
          </span>
          <span className="pt-0.5">{step}</span>
        </li>
      ))}
    </ol>
  );
}
