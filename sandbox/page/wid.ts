/** A WhatsApp id: what the real page's Wid is to the library. Own properties are what reaches Node. */
export class Wid {
  readonly server: string;
  readonly user: string;
  readonly _serialized: string;

  constructor(text: string) {
    const at = text.lastIndexOf('@');
    if (at < 1) throw new Error('wid error: invalid wid');
    // A phone's JID on the wire is …@s.whatsapp.net, and may name a device (:12).
    this.user = text.slice(0, at).replace(/:\d+$/, '');
    this.server = text.slice(at + 1) === 's.whatsapp.net' ? 'c.us' : text.slice(at + 1);
    this._serialized = `${this.user}@${this.server}`;
  }

  isUser(): boolean {
    return this.server === 'c.us' || this.server === 'lid';
  }
  isLid(): boolean {
    return this.server === 'lid';
  }
  isRegularUser(): boolean {
    return this.isUser();
  }
  isRegularUserPn(): boolean {
    return this.server === 'c.us';
  }
  isGroup(): boolean {
    return this.server === 'g.us';
  }
  isNewsletter(): boolean {
    return this.server === 'newsletter';
  }
  isBroadcast(): boolean {
    return this.server === 'broadcast';
  }
  isStatus(): boolean {
    return this._serialized === 'status@broadcast';
  }
  isBot(): boolean {
    return false;
  }
  equals(other: unknown): boolean {
    return other instanceof Wid && other._serialized === this._serialized;
  }
  toJid(): string {
    return this.server === 'c.us' ? `${this.user}@s.whatsapp.net` : this._serialized;
  }
  toString(): string {
    return this._serialized;
  }
}

/** A text, a Wid, or a copy of one that has been in Node. */
export function createWid(like: unknown): Wid {
  if (like instanceof Wid) return like;
  if (typeof like === 'string') return new Wid(like);
  if (typeof like === 'object' && like !== null && '_serialized' in like) return new Wid(String(like._serialized));
  throw new Error('wid error: invalid wid');
}
