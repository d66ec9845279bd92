import { z } from 'zod';
import { ownerProcedure, router } from '@/server/trpc';
import {
  createTemplateInput,
  listTemplatesInput,
  template,
  templateInput,
  templatePage,
  updateTemplateInput,
} from './schema';
import { createTemplate, deleteTemplate, getTemplate, listTemplates, updateTemplate } from './templates';

export const templatesRouter = router({
  list: ownerProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/templates',
        tags: ['templates'],
        summary: 'List templates',
        description: "The owner's own, newest first, then the built-in ones.",
        list: true,
      },
    })
    .input(listTemplatesInput)
    .output(templatePage)
    .query(({ ctx, input }) => listTemplates(ctx.deps.db, ctx.ownerId, input)),

  get: ownerProcedure
    .meta({
      openapi: {
        method: 'GET',
        path: '/templates/{id}',
        tags: ['templates'],
        summary: 'Get a template',
        errors: ['TEMPLATE_NOT_FOUND'],
      },
    })
    .input(templateInput)
    .output(template)
    .query(({ ctx, input }) => getTemplate(ctx.deps.db, ctx.ownerId, input.id)),

  create: ownerProcedure
    .meta({
      openapi: {
        method: 'POST',
        path: '/templates',
        tags: ['templates'],
        summary: 'Create a template',
        description:
          'Variables stand in {braces}: clientName, clientPhone, clientEmail, orderDescription, orderStatus, orderDate, or your own.',
        status: 201,
      },
    })
    .input(createTemplateInput)
    .output(template)
    .mutation(({ ctx, input }) => createTemplate(ctx.deps.db, ctx.ownerId, input)),

  update: ownerProcedure
    .meta({
      openapi: {
        method: 'PUT',
        path: '/templates/{id}',
        tags: ['templates'],
        summary: 'Change a template',
        description: 'What is not given stays as it is. A built-in one keeps its type, language and channel.',
        errors: ['TEMPLATE_NOT_FOUND'],
      },
    })
    .input(updateTemplateInput)
    .output(template)
    .mutation(({ ctx, input: { id, ...change } }) => updateTemplate(ctx.deps.db, ctx.ownerId, id, change)),

  delete: ownerProcedure
    .meta({
      openapi: {
        method: 'DELETE',
        path: '/templates/{id}',
        tags: ['templates'],
        summary: 'Delete a template',
        description: 'A built-in one that was edited is the original again.',
        status: 204,
        errors: ['TEMPLATE_NOT_FOUND'],
      },
    })
    .input(templateInput)
    .output(z.void())
    .mutation(({ ctx, input }) => deleteTemplate(ctx.deps.db, ctx.ownerId, input.id)),
});
