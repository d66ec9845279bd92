/** The REST API as bytes on the wire. */

export type RestAnswer = {
  status: number;
  headers: Headers;
  /** The parsed body; undefined where there is none. */
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever the server says, for tests to look at
  body: any;
  text: string;
};

export type RestOptions = {
  token?: string | null;
  /** Sent as JSON. */
  body?: unknown;
  /** The bytes to send in place of `body`. */
  raw?: BodyInit;
  headers?: Record<string, string>;
};

/** One request below /api/v1, such as `POST /auth/login`. */
export async function callRest(url: string, route: string, options: RestOptions = {}): Promise<RestAnswer> {
  const [method = 'GET', path = '/'] = route.split(' ');
  const { token, body, raw } = options;
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
      ...options.headers,
    },
    ...(raw !== undefined ? { body: raw } : body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = /json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: json && text ? JSON.parse(text) : undefined,
  };
}
