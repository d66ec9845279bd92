import type { Switches } from '@/sandbox/switches';
import { setText } from './texts';
import { createWid, type Wid } from './wid';

type Parts =
  | { from: Wid; to: Wid; id: string; participant?: Wid; selfDir: 'in' | 'out' }
  | { fromMe: boolean; remote: Wid; id: string; participant?: Wid };

/** What both spellings of the class have in common. */
export type MsgKey = {
  readonly fromMe: boolean;
  readonly remote: Wid;
  readonly id: string;
  readonly participant?: Wid;
  toString(): string;
};
export type MsgKeyClass = {
  new (parts: Parts): MsgKey;
  newId(): Promise<string>;
  newTag(): string;
  fromString(text: string): MsgKey;
  prototype: object;
};

function place(parts: Parts): { fromMe: boolean; remote: Wid; id: string; participant?: Wid } {
  if (!('selfDir' in parts)) return parts;
  const fromMe = parts.selfDir === 'out';
  return { fromMe, remote: fromMe ? parts.to : parts.from, id: parts.id, participant: parts.participant };
}

/** As linked devices make them: 3EB0 and 18 hex digits. */
export async function newId(): Promise<string> {
  const bytes = crypto.getRandomValues(new Uint8Array(9));
  return `3EB0${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join('')}`;
}

function parse(text: string): Parts {
  const [fromMe, remote, id, participant] = text.split('_');
  if (!remote || !id) throw new Error(`MsgKey error: cannot parse ${text}`);
  return {
    fromMe: fromMe === 'true',
    remote: createWid(remote),
    id,
    ...(participant ? { participant: createWid(participant) } : {}),
  };
}

const joined = (key: { fromMe: boolean; remote: Wid; id: string; participant?: Wid }): string =>
  [key.fromMe, key.remote, key.id, ...(key.participant ? [key.participant] : [])].join('_');

/**
 * The message key up to 2.3000.1042, whose text is in `_serialized`, or the one since, whose text is in a property with a
 * minifier's name. In both the constructor assigns the property and `toString` returns it by name: repairs read that source.
 */
export function createMsgKeyClass(switches: Pick<Switches, 'renamedIds' | 'silentIds' | 'chosenIds'>): MsgKeyClass {
  const minted = new Set<string>();
  const mint = async (): Promise<string> => {
    const id = await newId();
    minted.add(id);
    return id;
  };
  /** Keys of what was sent from here: of an id that this page did not mint none is made, where the switch says so. */
  function check(parts: Parts): Parts {
    const refuses = switches.chosenIds === 'refused' && 'selfDir' in parts && !minted.has(parts.id);
    if (refuses) throw new Error('MsgKey error: unknown id');
    return parts;
  }

  class Before {
    readonly fromMe: boolean;
    readonly remote: Wid;
    readonly id: string;
    declare readonly participant?: Wid;
    declare readonly self: 'in' | 'out';
    declare readonly _serialized: string;
    constructor(parts: Parts) {
      const { fromMe, remote, id, participant } = place(check(parts));
      this.fromMe = fromMe;
      this.remote = remote;
      this.id = id;
      if (participant) this.participant = participant;
      this.self = fromMe ? 'out' : 'in';
      this._serialized = joined(this);
    }
    toString(): string {
      return this._serialized;
    }
    clone(): Before {
      return new Before(this);
    }
    equals(other: unknown): boolean {
      return other instanceof Before && other.toString() === this.toString();
    }
    static newId = mint;
    static newTag = (): string => crypto.randomUUID();
    static fromString = (text: string): Before => new Before(parse(text));
  }

  class Since {
    readonly fromMe: boolean;
    readonly remote: Wid;
    readonly id: string;
    declare readonly participant?: Wid;
    declare readonly self: 'in' | 'out';
    declare readonly $1: string;
    constructor(parts: Parts) {
      const { fromMe, remote, id, participant } = place(check(parts));
      this.fromMe = fromMe;
      this.remote = remote;
      this.id = id;
      if (participant) this.participant = participant;
      this.self = fromMe ? 'out' : 'in';
      this.$1 = joined(this);
    }
    toString(): string {
      return this.$1;
    }
    clone(): Since {
      return new Since(this);
    }
    equals(other: unknown): boolean {
      return other instanceof Since && other.toString() === this.toString();
    }
    static newId = mint;
    static newTag = (): string => crypto.randomUUID();
    static fromString = (text: string): Since => new Since(parse(text));
  }

  /** One of the future: the page itself knows its text, and whoever else wants it must look for it, or put it together. */
  class Later {
    readonly fromMe: boolean;
    readonly remote: Wid;
    readonly id: string;
    declare readonly participant?: Wid;
    declare readonly self: 'in' | 'out';
    declare readonly a9?: string;
    constructor(parts: Parts) {
      const { fromMe, remote, id, participant } = place(check(parts));
      this.fromMe = fromMe;
      this.remote = remote;
      this.id = id;
      if (participant) this.participant = participant;
      this.self = fromMe ? 'out' : 'in';
      if (switches.silentIds === 'property') this.a9 = joined(this);
      setText(this, joined(this));
    }
    clone(): Later {
      return new Later(this);
    }
    equals(other: unknown): boolean {
      return other instanceof Later && joined(other) === joined(this);
    }
    static newId = mint;
    static newTag = (): string => crypto.randomUUID();
    static fromString = (text: string): Later => new Later(parse(text));
  }

  if (switches.silentIds !== 'no') return Later;
  return switches.renamedIds ? Since : Before;
}
