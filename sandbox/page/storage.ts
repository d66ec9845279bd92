/**
 * What the page keeps in the browser's profile: its link and what it has not sent yet. `durability: 'strict'`: when a put
 * resolves, a browser that is killed the next moment still has it.
 */
export type Storage = {
  get(key: string): Promise<unknown>;
  put(key: string, value: unknown): Promise<void>;
  remove(key: string): Promise<void>;
  /** All values whose key begins like this, in the order of their keys. */
  entries(prefix: string): Promise<unknown[]>;
  clear(): Promise<void>;
};

const store = 'kept';

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the browser refused its storage'));
  });
}

export async function openStorage(): Promise<Storage> {
  const opening = indexedDB.open('sandbox', 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore(store);
  };
  const database = await done(opening);

  function write(change: (objects: IDBObjectStore) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(store, 'readwrite', { durability: 'strict' });
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error('the browser did not store it'));
      change(transaction.objectStore(store));
    });
  }

  return {
    get: (key) => done(database.transaction(store).objectStore(store).get(key)),
    put: (key, value) => write((objects) => void objects.put(value, key)),
    remove: (key) => write((objects) => void objects.delete(key)),
    entries(prefix) {
      const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
      return done(database.transaction(store).objectStore(store).getAll(range));
    },
    clear: () => write((objects) => void objects.clear()),
  };
}
