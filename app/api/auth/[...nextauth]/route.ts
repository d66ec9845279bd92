import NextAuth from 'next-auth';
import type { NextRequest } from 'next/server';
import { authOptions } from '@/server/auth/options';

type Params = { params: Promise<{ nextauth: string[] }> };

const handler = (request: NextRequest, context: Params) => NextAuth(request, context, authOptions());

export { handler as GET, handler as POST };
