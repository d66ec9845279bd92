import type { Switches } from '@/sandbox/switches';
import type { Connection } from './connection';
import type { Registry } from './registry';
import { createWid } from './wid';

/** What arrives on demand alone: forwarding and groups. */
export function groupModules(given: { registry: Registry; connection: () => Connection; switches: Switches }): void {
  const { registry, connection, switches } = given;

  async function joinGroupViaInvite(code: string, mayNeedApproval = false) {
    const joined = await connection().call<{ group: string; approval: boolean }>({ op: 'joinGroup', code });
    if (joined.approval && switches.groupJoinApproval && !mayNeedApproval) {
      throw new Error('the group needs an approval (the request was sent)');
    }
    return { gid: createWid(joined.group), pending: joined.approval };
  }

  registry.offer('WAWebGroupInviteJob', { WAWebGroupInviteJob: { joinGroupViaInvite } });
  registry.offer('WAWebMediaForwardMediaMsg', {
    WAWebChatForwardMessage: {
      forwardMessages: async () => {
        throw new Error('the sandbox forwards nothing');
      },
    },
  });
}
