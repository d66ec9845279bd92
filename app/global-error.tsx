'use client';

import './globals.css';

/** The last resort: the layout itself broke, so there are no words to choose from and no theme. */
export default function GlobalError({ retry }: { retry: () => void }) {
  return (
    <html lang="es-AR">
      <body className="grid min-h-dvh place-items-center font-sans">
        <main className="grid justify-items-center gap-4 p-8 text-center">
          <p>Algo se rompió. Lo que escribiste quedó guardado en este navegador.</p>
          <p lang="en" className="text-muted">
            Something broke. What you wrote is kept in this browser.
          </p>
          <button
            type="button"
            onClick={retry}
            className="h-11 rounded-[10px] bg-brand px-5 font-semibold text-on-brand"
          >
            Reintentar · Try again
          </button>
        </main>
      </body>
    </html>
  );
}
