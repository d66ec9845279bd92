import { linkify } from '@/app/_lib/linkify';

/** What people wrote, character by character; addresses can be followed, without telling the other site where from. */
export function RichText({ text }: { text: string }) {
  let at = 0;
  return linkify(text).map((part) => {
    const key = at;
    at += part.text.length;
    return part.kind === 'text' ? (
      <span key={key}>{part.text}</span>
    ) : (
      <a
        key={key}
        href={part.href}
        target="_blank"
        rel="noopener noreferrer nofollow"
        className="text-tick-read underline decoration-1 underline-offset-2"
      >
        {part.text}
      </a>
    );
  });
}
