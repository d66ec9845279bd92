import type { Network } from './network';
import type { MessageType } from './protocol';

type Line = [who: 'them' | 'us', minutesAgo: number, text: string, type?: MessageType];
type Person = {
  phone: string;
  /** The name they give themselves. */
  name: string;
  /** As the bakery saved them; absent: not in the address book. */
  saved?: string;
  hidden?: boolean;
  replies?: boolean;
  unread?: number;
  lines: Line[];
};

const bakery = '+5491123456789';
const workshop = '+5215512345678';

/** A small bakery in Buenos Aires, a flower shop in Mexico City, and the people who write to them. */
const phones = [
  { phone: bakery, name: 'Panadería La Espiga' },
  { phone: workshop, name: 'Flores Xochitl' },
  { phone: '+5493516677889', name: 'Teléfono de Julián' },
];

const people: Person[] = [
  {
    phone: '+5491155501234',
    name: 'Demo 🤖',
    saved: 'Contacto que contesta solo',
    replies: true,
    lines: [
      ['them', 2910, '¡Hola! Soy un contacto de demostración.'],
      ['them', 2909, 'Escribime lo que quieras: contesto solo, en un segundo.'],
      ['us', 2900, '¡Genial, después pruebo!'],
    ],
  },
  {
    phone: '+5491134567890',
    name: 'Carla',
    saved: 'Carla Benítez',
    unread: 2,
    lines: [
      ['them', 1560, 'Hola! Hacen tortas para cumpleaños?'],
      ['us', 1548, 'Hola Carla, sí. ¿Para cuántas personas y qué día?'],
      ['them', 1540, 'Para 20, el sábado. La de frutilla si se puede 🍓'],
      ['us', 1531, 'Perfecto. Son $38.500, con seña del 50%.'],
      ['them', 1525, 'Dale, te transfiero hoy'],
      ['them', 34, 'Te mandé el comprobante', 'image'],
      ['them', 33, '¿La puedo pasar a buscar a las 17?'],
    ],
  },
  {
    phone: '+5491145678901',
    name: 'Martín O.',
    saved: 'Martín (Café Oliva)',
    lines: [
      ['us', 4405, 'Buen día Martín, ¿mañana lo de siempre?'],
      ['them', 4390, 'Sí: 6 docenas de medialunas y 10 baguettes'],
      ['us', 4388, 'Anotado. Sale 6:30 con el reparto.'],
      ['them', 1290, 'Llegó todo perfecto, gracias 👏'],
    ],
  },
  {
    phone: '+5492214445566',
    name: 'Sofi',
    saved: 'Sofía Peña & D’Angelo',
    unread: 1,
    lines: [
      ['them', 8700, 'Hola, ¿tienen pan sin TACC?'],
      ['us', 8690, 'Hola Sofía, los martes y viernes, por encargo.'],
      ['them', 95, 'Buenas! Para este viernes quiero 2 panes de molde sin TACC'],
    ],
  },
  {
    phone: '+5491156789012',
    name: 'Ramiro Distribuciones',
    saved: 'Ramiro (harina)',
    lines: [
      ['them', 5760, 'La 000 sube el lunes, te guardo 10 bolsas al precio viejo?'],
      ['us', 5745, 'Sí por favor, diez.'],
      ['them', 5744, 'Listo, las llevo el jueves', 'chat'],
    ],
  },
  {
    phone: '+5491167890123',
    name: 'Lucía',
    lines: [
      ['them', 305, 'Hola, ¿hasta qué hora están hoy?'],
      ['us', 300, '¡Hola! Hasta las 20.'],
      ['them', 299, 'Gracias!! 🙌'],
    ],
  },
  {
    phone: '+541143211234',
    name: 'Consultorio Dr. Ibarra',
    saved: 'Consultorio Ibarra (fijo)',
    lines: [['them', 7300, 'Le recordamos su turno del miércoles a las 10:15.']],
  },
  {
    phone: '+5491178901234',
    name: 'Ana 🌻',
    hidden: true,
    unread: 1,
    lines: [['them', 150, 'Hola, vi el cartel en la puerta. ¿Toman pedidos por acá?']],
  },
  {
    phone: '+5491189012345',
    name: 'Tomás',
    saved: 'Tomás (reparto)',
    lines: [
      ['us', 130, '¿Ya saliste?'],
      ['them', 128, '', 'ptt'],
      ['us', 127, 'Buenísimo, avisale a Martín que llegás 7:10'],
    ],
  },
  {
    phone: '+5215587654321',
    name: 'Guadalupe Ríos',
    lines: [['them', 210, 'Hola, ¿hacen envíos a la Ciudad de México? 😅']],
    unread: 1,
  },
];

/** Fills an empty network; a network that has accounts already is left as it is. */
export function seedDemo({ tables, accounts, mailboxes, messages, createGroup }: Network): void {
  if (tables.accounts.size > 0) return;
  const now = Math.floor(Date.now() / 1000);
  tables.together(() => {
    for (const phone of phones) accounts.create({ ...phone, demo: true });
    for (const { phone, name, saved, hidden, replies } of people) {
      accounts.create({ phone, name, hidden: hidden ?? false, replies: false });
      if (saved) accounts.save(bakery, phone, saved);
      if (replies) accounts.save(workshop, phone, name);
    }
    accounts.save(bakery, workshop, 'Flores Xochitl (México)');
    accounts.save(workshop, bakery, 'La Espiga');

    const lines = people.flatMap((person) =>
      person.lines.map(([who, minutesAgo, body, type], index) => ({
        person,
        who,
        body,
        type,
        t: now - minutesAgo * 60,
        ack: index < person.lines.length - (person.unread ?? 0) ? 3 : 2,
      })),
    );
    lines.sort((a, b) => a.t - b.t);
    for (const { person, who, t, body, type, ack } of lines) {
      const [from, to] = who === 'us' ? [bakery, person.phone] : [person.phone, bakery];
      const message = messages.post({ from, to, body, type, t });
      tables.put('messages', `${from} ${message.id}`, Object.assign(message, { ack }));
    }
    for (const { phone, unread = 0 } of people) {
      tables.put('unread', `${bakery} ${phone}`, { phone: bakery, chat: phone, count: unread });
      tables.put('unread', `${phone} ${bakery}`, { phone, chat: bakery, count: 0 });
    }
    const group = createGroup({
      subject: 'Comerciantes de la cuadra',
      owner: '+5491145678901',
      members: [bakery, '+5491134567890', '+5491189012345'],
    });
    messages.post({
      from: '+5491145678901',
      to: group.id,
      body: '¿Alguien tiene cambio de 10.000?',
      t: now - 60 * 60,
    });
    for (const person of people) if (person.replies) accounts.update(person.phone, { replies: true });
    for (const { phone } of tables.accounts.values()) accounts.update(phone, { seen: mailboxes.lastSeq(phone) });
  });
}
