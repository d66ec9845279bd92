// @ts-check
import { bold, dim, green } from './prepare/steps.mjs';
import { DEMO } from './run/api.mjs';

export const LIVE_WARNING = `
Antes de vincular un número real: OmniWP usa un cliente NO oficial de WhatsApp Web. WhatsApp no lo autoriza ni le da soporte, y puede
bloquear el número, sobre todo si escribe mucho o a gente que no lo conoce. Nada elimina ese riesgo. Probá con un número que puedas perder.

Before you link a real number: OmniWP uses an UNOFFICIAL client of WhatsApp Web. WhatsApp neither permits nor supports it and may ban
the number, above all one that writes a lot or to strangers. Nothing removes this risk. Try it with a number that you can afford to lose.
`;

const steps = {
  sandbox: [
    '1. Abrí el tablero y entrá con la cuenta demo · open the dashboard and sign in with the demo login',
    '2. Andá a Conectar: aparece un QR · go to Connect: a QR appears',
    '3. En otra ventana abrí el teléfono de mentira, elegí uno y vinculalo con un botón (no hace falta cámara)',
    '   in a second window open the pretend phone, choose one and link it with one button (no camera needed)',
    '4. Escribí desde el teléfono como cualquier contacto y respondé en Chats · write as any contact, answer in Chats',
  ],
  live: [
    '1. Abrí el tablero y creá tu cuenta (la primera es la administradora) · open the dashboard and make your account (the first is the admin)',
    '2. Conectar → escaneá el QR: WhatsApp › Dispositivos vinculados · Connect → scan the QR: WhatsApp › Linked devices',
  ],
};

/**
 * What to do now, in Spanish and English.
 * @param {{ url: string, phone: string | null, dataDir: string, log: string }} options `phone`: null with the real WhatsApp
 */
export function banner({ url, phone, dataDir, log }) {
  const rows = [
    ['Tablero · dashboard', bold(url)],
    ...(phone
      ? [
          ['Cuenta demo · demo login', `${bold(DEMO.email)}  ${bold(DEMO.password)}`],
          ['Teléfono de mentira · pretend phone', bold(phone)],
        ]
      : []),
    ['Datos y registro · data and log', dim(`${dataDir}  ${log}`)],
  ];
  const width = Math.max(...rows.map(([name = '']) => name.length));
  return [
    '',
    green('OmniWP está listo · OmniWP is ready'),
    '',
    ...rows.map(([name = '', value]) => `  ${name.padEnd(width)}  ${value}`),
    '',
    ...(phone ? steps.sandbox : steps.live).map((line) => `  ${line}`),
    '',
    dim('  Ctrl-C para parar; los vínculos quedan · Ctrl-C stops; links are kept'),
    '',
  ].join('\n');
}
