import type { Locale } from '@/server/errors';

type Words = {
  dashboard: string;
  theme: string;
  token: {
    title: string;
    /** HTML, each a line of the list; what Swagger UI's own buttons say is English in every language. */
    steps: string[];
    signedIn: string;
  };
};

const login = '<a href="#/auth/auth-login" id="to-login"><code>POST /auth/login</code></a>';
const button = (says: string) => `<b lang="en">${says}</b>`;

/** What the page says itself, around Swagger UI. */
export const WORDS: Record<Locale, Words> = {
  es: {
    dashboard: 'Panel',
    theme: 'Cambiar entre claro y oscuro',
    token: {
      title: 'Cómo obtener un token',
      steps: [
        `Abrí ${login}, poné tu correo y tu contraseña y tocá ${button('Execute')}.`,
        'Copiá el <code>token</code> de la respuesta.',
        `Tocá ${button('Authorize')}, pegalo en ${button('bearer')} y probá la ruta que quieras.`,
      ],
      signedIn: 'Si entraste al panel en este navegador, podés probar sin token: sale desde tu cuenta.',
    },
  },
  en: {
    dashboard: 'Dashboard',
    theme: 'Switch between light and dark',
    token: {
      title: 'How to get a token',
      steps: [
        `Open ${login}, fill in your e-mail and your password and press ${button('Execute')}.`,
        'Copy the <code>token</code> of the answer.',
        `Press ${button('Authorize')}, paste it under ${button('bearer')} and try any route.`,
      ],
      signedIn:
        'If you signed in to the dashboard in this browser, you can try without a token: it is your account that calls.',
    },
  },
};
