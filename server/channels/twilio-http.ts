import RequestClient from 'twilio/lib/base/RequestClient.js';

/** What Twilio answered instead of doing it. `code` is its own number, where it said one. */
export class TwilioRefusal extends Error {
  override name = 'TwilioRefusal';
  constructor(
    readonly status: number,
    readonly code: string | null,
    /** Of a 429, in ms; null: it did not say. */
    readonly retryAfterMs: number | null,
  ) {
    super(`Twilio answered ${status}${code === null ? '' : ` (${code})`}`);
  }
}

/** A response as the SDK hands it on. */
type Answer = { statusCode: number; body: unknown; headers: unknown };

function field(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined;
}

function bodyOf({ body }: Answer): unknown {
  if (typeof body !== 'string') return body;
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

/** Seconds or a date, as HTTP has it. */
export function retryAfterMs(header: unknown, now = Date.now()): number | null {
  if (typeof header !== 'string' || header === '') return null;
  const seconds = Number(header);
  const at = Number.isFinite(seconds) ? now + seconds * 1000 : Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}

/**
 * The SDK's HTTP, to whatever address Twilio's API is at (the SDK has no setting for that), and with what its own errors leave out:
 * Retry-After.
 */
export class TwilioHttp extends RequestClient {
  constructor(
    private readonly base: string,
    timeoutMs: number,
  ) {
    super({ timeout: timeoutMs });
  }

  override async request<Data>(options: RequestClient.RequestOptions<Data>) {
    const { pathname, search } = new URL(options.uri);
    const base = this.base.replace(/\/$/, '');
    const answer = await super.request<Data>({ ...options, uri: `${base}${pathname}${search}` });
    const { statusCode, headers } = answer as Answer;
    if (statusCode < 200 || statusCode > 299) {
      const code = field(bodyOf(answer as Answer), 'code');
      const wait = retryAfterMs(field(headers, 'retry-after'));
      throw new TwilioRefusal(statusCode, typeof code === 'number' ? String(code) : null, wait);
    }
    return answer;
  }
}
