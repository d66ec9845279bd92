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
async function newId(): Promise<string> {
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
export function createMsgKeyClass(renamed: boolean): MsgKeyClass {
  class Before {
    readonly fromMe: boolean;
    readonly remote: Wid;
    readonly id: string;
    declare readonly participant?: Wid;
    declare readonly self: 'in' | 'out';
    declare readonly _serialized: string;
    constructor(parts: Parts) {
      const { fromMe, remote, id, participant } = place(parts);
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
    static newId = newId;
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
      const { fromMe, remote, id, participant } = place(parts);
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
    static newId = newId;
    static newTag = (): string => crypto.randomUUID();
    static fromString = (text: string): Since => new Since(parse(text));
  }

  return renamed ? Since : Before;
}
