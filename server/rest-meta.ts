import type { ErrorCode } from '@/server/errors';
import type { DeclaredLimit } from '@/server/limits/of-procedure';

/**
 * What a procedure says of itself to be a REST route too. transport/rest.ts serves it under /api/v1 and transport/openapi.ts
 * describes it; both read this and the procedure's own zod schemas, so nothing is said twice. How to (docs/decisions/0012):
 *
 * - `.meta({ openapi: { method, path, tags, summary } })`, then `.input(object)` and, always, `.output(schema)`. A field that the path
 *   names in braces comes from the path; the others from the query string (GET, DELETE) or the JSON body (POST, PUT, PATCH).
 * - Query strings are coerced by the schema's types (number, boolean, one value or several for an array); bodies never.
 *   `''` says nothing: in an optional field it counts as absent, and as null where the field is `.nullish()`.
 * - Ids in inputs: `opaqueId` of server/ids/schema.ts, so that a word we never made is 404 and not 400.
 * - Lists that are bare arrays: the output is `page(item)` of server/paging/schema.ts, the input spreads its `listQuery`, and the meta
 *   says `list: true`: the body is `items`, and `total` travels as X-Total-Count. tRPC callers get both.
 * - `status: 201` for what was made; `status: 204` sends no body (over tRPC the procedure answers what it likes, or `z.void()`).
 *   Where the answer decides (200 sent, 202 queued): `statusWhen`.
 * - `public: true` only on a publicProcedure; every other route answers 401 without a credential.
 * - `ctx.respondAsync` is `Prefer: respond-async`, `ctx.idempotencyKey` the Idempotency-Key; headers of the answer (RateLimit-*) go
 *   into `ctx.answerHeaders`, for REST and tRPC alike.
 * - Errors are thrown as AppError; `errors` lists those that this route may answer beyond what every route may.
 */
export type RestMeta = {
  openapi?: RestRoute;
  /** Which limit its calls count under, over whichever API; see server/limits/of-procedure.ts. */
  limit?: DeclaredLimit;
};

export type RestMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type RestStatus = 200 | 201 | 202 | 204;
export type RestTag = 'auth' | 'clients' | 'orders' | 'templates' | 'messages' | 'whatsapp' | 'webhooks' | 'system';

export type RestRoute = {
  method: RestMethod;
  /** Below /api/v1, such as `/clients/{id}`. */
  path: `/${string}`;
  tags: [RestTag];
  summary: string;
  description?: string;
  /** 200 when it is not said. */
  status?: RestStatus;
  /** Another status where a field of the answer has one of these values. */
  statusWhen?: { field: string; values: Record<string, RestStatus> };
  list?: true;
  public?: true;
  errors?: readonly ErrorCode[];
  /** It sends something, so it takes an Idempotency-Key. */
  sends?: true;
  /** Answered like `path`; deprecated. */
  oldPaths?: readonly `/${string}`[];
  /** Old name of a field -> its name today. Where both are given they say the same. */
  oldNames?: Record<string, string>;
  /** At least one of these fields has to be there and say something; the input's own schema refuses the rest. */
  oneNeeded?: readonly string[];
  /** Old value of a field -> what it says today, for that field or for several. */
  oldValues?: Record<string, Record<string, Record<string, string>>>;
};
