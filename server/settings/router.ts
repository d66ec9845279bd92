import { ownerProcedure, router } from '@/server/trpc';
import { settings, updateSettingsInput } from './schema';
import { getSettings, updateSettings } from './settings';

export const settingsRouter = router({
  get: ownerProcedure.output(settings).query(({ ctx }) => getSettings(ctx.deps.db, ctx.ownerId)),
  update: ownerProcedure
    .input(updateSettingsInput)
    .output(settings)
    .mutation(({ ctx, input }) => updateSettings(ctx.deps.db, ctx.ownerId, input)),
});
