import type { LimitName } from './limits';

/** What a procedure says of itself in its meta. */
export type DeclaredLimit = 'link' | 'send' | 'whatsappRead' | 'message' | 'compose' | 'uncounted';

type ProcedureType = 'query' | 'mutation' | 'subscription';

/** One that says nothing is a write where it is a mutation, and not counted where it is not. */
export const declaredOr = (declared: DeclaredLimit | undefined, type: ProcedureType) =>
  declared ?? (type === 'mutation' ? 'write' : 'uncounted');

type Call = {
  declared: DeclaredLimit | undefined;
  type: ProcedureType;
  via: 'cookie' | 'bearer';
};

/** Which limit a call counts under (contract.md, "Limits"); null: none. `channelOf` is asked only where the channel decides. */
export async function limitOf(call: Call, channelOf: () => Promise<unknown>): Promise<LimitName | null> {
  const declared = declaredOr(call.declared, call.type);
  const dashboard = call.via === 'cookie';
  switch (declared) {
    case 'uncounted':
      return null;
    case 'whatsappRead':
      return dashboard ? null : 'whatsappRead';
    case 'link':
      return dashboard ? 'dashboard' : 'link';
    case 'send':
      return dashboard ? 'chat' : 'send';
    case 'message':
      if (dashboard) return 'chat';
      return (await channelOf()) === 'email' ? 'email' : 'whatsapp';
    case 'compose':
      return dashboard ? 'chat' : 'general';
    case 'write':
      return dashboard ? 'dashboard' : 'general';
    default:
      return declared satisfies never;
  }
}
