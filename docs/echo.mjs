// @ts-check
// Links a WhatsApp number to an account and answers whoever writes with their own words.
//   node echo.mjs +5491123456789     (of an account on OMNIWP_URL: OMNIWP_EMAIL, OMNIWP_PASSWORD)
import process from 'node:process';
import { createOmniClient, refusalOf } from 'omniwp/client';

const { OMNIWP_URL: url = 'http://localhost:3000' } = process.env;
const { OMNIWP_EMAIL: email = 'demo@omniwp.local', OMNIWP_PASSWORD: password = 'demo-omniwp' } = process.env;
const phoneNumber = process.argv[2];

const { token } = await createOmniClient({ url }).trpc.auth.login.mutate({ email, password });
const { trpc } = createOmniClient({ url, token, locale: 'en' });

async function echo(/** @type {{ id: string, chatId: string | null, kind: string, text: string }} */ message) {
  if (message.kind !== 'text' || !message.chatId) return;
  // the same key is the same message: an echo that was tried twice leaves once
  await trpc.chats.send.mutate({ chatId: message.chatId, text: message.text, clientKey: message.id });
  console.log(`echoed: ${message.text}`);
}

// from here on, whatever happens: also while the connection was away
const { seq } = await trpc.events.head.query();
trpc.events.follow.subscribe(
  { lastEventId: String(seq) },
  {
    onData({ data: { body } }) {
      if (body.type !== 'message.received') return;
      echo(body.message).catch((error) => console.error(refusalOf(error)?.code ?? error));
    },
  },
);

const { status, qrCode, pairingCode, message } = await trpc.whatsapp.connect.mutate({ phoneNumber });
console.log(status, pairingCode ?? qrCode ?? message);
trpc.whatsapp.onStatus.subscribe(undefined, { onData: (now) => console.log(now.status) });
