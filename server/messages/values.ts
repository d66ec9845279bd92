import type { OwnerId } from '@/server/auth/owner-id';
import { getClient } from '@/server/clients/clients';
import type { Db } from '@/server/db';
import { getOrder } from '@/server/orders/orders';
import { valuesOf } from '@/server/templates/compose';
import { fillTemplate, missingIn } from '@/server/templates/fill';
import { allTemplates, languageOf } from '@/server/templates/templates';
import { message } from './schema';

type Filled = {
  clientId: string | null;
  orderId: string | null;
  templateType: string | null;
  /** What the caller filled it with, as stored. */
  variables: unknown;
};

/**
 * What a message was filled with, in the order of its template's variables, as the owner words that type: {{1}}, {{2}}, … of an
 * approved template at Twilio. null: it was no template, or one of them is not known.
 */
export async function orderedValues(db: Db, ownerId: OwnerId, filled: Filled): Promise<string[] | null> {
  const { clientId, orderId, templateType } = filled;
  if (templateType === null || clientId === null) return null;
  const language = await languageOf(db, ownerId);
  const ofType = (await allTemplates(db, ownerId)).filter(({ type }) => type === templateType);
  const template = ofType.find((one) => one.language === language) ?? ofType[0];
  if (!template) return null;
  const [client, order] = await Promise.all([
    getClient(db, ownerId, clientId),
    orderId === null ? null : getOrder(db, ownerId, orderId),
  ]);
  const given = message.shape.variables.catch(null).parse(filled.variables) ?? {};
  const values = [valuesOf(client, order, template.language), given];
  const variables = template.placeholders.map((name) => `{${name}}`);
  if (missingIn(variables.join(' '), ...values).length > 0) return null;
  return variables.map((variable) => fillTemplate(variable, ...values));
}
