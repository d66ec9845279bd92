declare const brand: unique symbol;

/**
 * The tenant. Every read and write takes one, and only two places mint it: auth/identity.ts from a checked credential, and the
 * session registry's restore (`ownerIdOfRow`) from a row that was written under one.
 */
export type OwnerId = string & { readonly [brand]: 'OwnerId' };

/** For rows read back from the database: their owner_id was an OwnerId when it was written. */
export function ownerIdOfRow(row: { ownerId: string }): OwnerId {
  return row.ownerId as OwnerId;
}
