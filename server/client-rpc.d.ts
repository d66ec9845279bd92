// What tRPC's types come to for whoever calls. dist/client.d.ts has these in their place, so that it stands alone: a program that
// has nothing but our package, and whatever settings of TypeScript, sees every input and output.

/** What can be given up: an AbortSignal is one. */
export interface Abortable {
  readonly aborted: boolean;
}

export interface CallOptions {
  signal?: Abortable;
}

export interface Observer<Item> {
  onData?: (item: Item) => void;
  onStarted?: (options: { context?: object }) => void;
  onError?: (error: Error) => void;
  onStopped?: () => void;
  onComplete?: () => void;
  onConnectionStateChange?: (state: { state: 'idle' | 'connecting' | 'pending'; error: Error | null }) => void;
}

interface Procedure {
  input?: unknown;
  output: unknown;
}

/** What may be undefined may be left out. */
type Given<Input> = undefined extends Input ? Input | void : Input;

export interface TRPCQueryProcedure<Of extends Procedure> {
  query(input: Given<Of['input']>, options?: CallOptions): Promise<Of['output']>;
}

export interface TRPCMutationProcedure<Of extends Procedure> {
  mutate(input: Given<Of['input']>, options?: CallOptions): Promise<Of['output']>;
}

export interface TRPCSubscriptionProcedure<Of extends Procedure> {
  subscribe(
    input: Given<Of['input']>,
    observer: Observer<Of['output'] extends AsyncIterable<infer Item> ? Item : never> & CallOptions,
  ): { unsubscribe(): void };
}

/** An item with the id after which a subscription goes on: `lastEventId`. */
export interface TrackedData<Data> {
  id: string;
  data: Data;
}

export type TRPCDecorateCreateRouterOptions<Procedures> = Procedures;
export type TRPCBuiltRouter<_Root, Procedures> = Procedures;
export type TRPCClient<Router> = Router;
