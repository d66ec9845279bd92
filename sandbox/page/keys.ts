import type { Storage } from './storage';

export type DeviceKeys = { noise: Uint8Array; identity: Uint8Array; advSecret: string };

export function encodeB64(bytes: Uint8Array | ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)));
}

/** The public halves that a QR shows. Nothing is encrypted with them here: they say which page is meant, and stay with it. */
export async function loadKeys(storage: Storage): Promise<DeviceKeys> {
  const kept = await storage.get('keys');
  if (kept) return kept as DeviceKeys;
  const random = () => crypto.getRandomValues(new Uint8Array(32));
  const keys = { noise: random(), identity: random(), advSecret: encodeB64(random()) };
  await storage.put('keys', keys);
  return keys;
}
