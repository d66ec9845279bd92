'use client';

import { useEffect, useRef } from 'react';

type AuthHeadingProps = {
  title: string;
  lead: string;
  /** It may have taken a form's place: the focus goes to it, and a screen reader reads it. */
  focused?: boolean;
};

export function AuthHeading({ title, lead, focused = false }: AuthHeadingProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (focused) heading.current?.focus();
  }, [focused]);
  return (
    <>
      <h1 ref={heading} tabIndex={focused ? -1 : undefined} className="display text-[2rem] outline-none">
        {title}
      </h1>
      <p className="mt-2 mb-8 text-pretty text-muted">{lead}</p>
    </>
  );
}
