import type { ChatId } from '@/server/whatsapp/engine';
import { createFakeNetwork } from '@/tests/support/fake-engine';
import { engineContract } from './engine';
import { type Harness, type Person, sleep, until } from './harness';

/** The in-memory engine that fast tests use must keep the same promises as the real one. */
engineContract('the in-memory fake', async (): Promise<Harness> => {
  const network = createFakeNetwork({ firstQrMs: 300, nextQrMs: 200, maxQrs: 100 });
  let next = 1;
  const phoneOf = (person: Person) => network.phone(person.phone, person.name);
  return {
    factory: network.factory,
    newProfile: () => `/profiles/${next++}`,
    async createPeople() {
      const number = next++;
      const own = { phone: `+3460000${1000 + number}`, name: `Own ${number}` };
      const contact = { phone: `+3470000${1000 + number}`, name: `Contact ${number}` };
      for (const person of [own, contact]) phoneOf(person);
      return { own, contact };
    },
    stranger: '+34999999999',
    anyChat: '34600000000@c.us' as ChatId,
    scan: async (own, qr) => void phoneOf(own).scan(qr),
    typeCode: async (own, code) => void phoneOf(own).code(code),
    say: async (from, to, text) => void phoneOf(from).say(to.phone, text),
    sayKind: async (from, to, kind) => void phoneOf(from).say(to.phone, '', { kind }),
    past: async (from, to, text, secondsAgo) =>
      phoneOf(from).past(to.phone, text, new Date(Date.now() - secondsAgo * 1000)),
    textsFrom: async (writer, reader) =>
      phoneOf(reader)
        .account.messages.filter(({ phone, direction }) => phone === writer.phone && direction === 'inbound')
        .map(({ text }) => text),
    async neverAnswers() {
      network.onAnswer(() => new Promise(() => undefined));
      return network.factory;
    },
    openChat: async (reader, other) => phoneOf(reader).read(other.phone),
    isRead: async (from, to) =>
      phoneOf(from)
        .account.messages.filter(({ phone, direction }) => phone === to.phone && direction === 'outbound')
        .every(({ ack }) => ack === 'read'),
    setOnline: async (person, online) => phoneOf(person).setOnline(online),
    unlink: async (own) => phoneOf(own).logoutFromPhone(),
    isLinked: async (own) => phoneOf(own).account.devices.size > 0,
    async kill(profileDir) {
      network.onAnswer(null);
      const screen = network.running().find((entry) => entry.profileDir === profileDir);
      screen?.fail('crashed', { code: 'BROWSER_DIED', detail: 'killed by a test' });
    },
    processesOn: async (profileDir) => network.running().filter((entry) => entry.profileDir === profileDir).length,
    pause: () => sleep(20),
    until,
    close: async () => undefined,
  };
});
