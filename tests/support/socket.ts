import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { eventually } from './node';

/** An event as it came: its name and its one argument. */
// oxlint-disable-next-line typescript/no-explicit-any -- whatever the server says, for tests to look at
export type Heard = { name: string; data: any };

export type ListeningSocket = ReturnType<typeof openSocket>;

/** A Socket.IO client that keeps everything it is told, oldest first. `namespace`: `/` unless given. */
export function openSocket(
  url: string,
  options: Partial<ManagerOptions & SocketOptions> & { namespace?: string } = {},
) {
  const { namespace = '/', ...more } = options;
  const socket: Socket = io(`${url}${namespace}`, { forceNew: true, reconnectionDelay: 50, ...more });
  const heard: Heard[] = [];
  const ends: string[] = [];
  const errors: (Error & { data?: { code: string; message: string } })[] = [];
  socket.onAny((name, data) => heard.push({ name, data }));
  socket.on('disconnect', (reason) => ends.push(reason));
  socket.on('connect_error', (error) => errors.push(error));
  const all = (name: string) => heard.filter((event) => event.name === name).map(({ data }) => data);
  return {
    socket,
    heard,
    /** Why it was disconnected, each time. */
    ends,
    errors,
    all,
    /** The first event of that name that fits. */
    // oxlint-disable-next-line typescript/no-explicit-any -- as above
    hears: (name: string, fits: (data: any) => boolean = () => true) =>
      eventually(`${name} on a socket`, async () => all(name).find(fits)),
    close: () => void socket.close(),
  };
}
