import Type from 'typebox';
import { ConfirmSecondFactorBody, RecoveryCodes, SecondFactor, SecondFactorSetup } from '@watchparty/protocol';
import { clientOf, jsonRoute, type Route } from '../../kernel/route.ts';
import type { Accounts } from './accounts.ts';

export function secondFactorRoutes(accounts: Accounts): Route[] {
  const tag = 'Accounts';
  const path = '/api/auth/second-factor';
  const description = 'Only within 15 minutes after signing in or proving anew who one is.';
  return [
    jsonRoute({
      method: 'GET', path, id: 'getSecondFactor', tag, access: 'user',
      summary: 'Whether one signs in with a code as well', response: SecondFactor,
      handle: ({ actor }) => accounts.secondFactor(actor),
    }),
    jsonRoute({
      method: 'POST', path, id: 'setUpSecondFactor', tag, access: 'user',
      summary: 'A secret for an authenticator app; nothing changes until a code confirms it', description,
      response: SecondFactorSetup, errors: ['auth.reauthentication_required', 'accounts.second_factor_enabled'],
      handle: ({ write, actor }) => accounts.setUpSecondFactor(write, actor),
    }),
    jsonRoute({
      method: 'POST', path: `${path}/confirm`, id: 'confirmSecondFactor', tag, access: 'user',
      summary: 'Sign in with a code as well from now on', description, body: ConfirmSecondFactorBody, response: RecoveryCodes,
      errors: [
        'auth.reauthentication_required', 'auth.code_wrong', 'accounts.second_factor_enabled', 'accounts.second_factor_missing',
      ],
      handle: (context) => accounts.confirmSecondFactor(context.write, context.actor, context.body.code, clientOf(context)),
    }),
    jsonRoute({
      method: 'POST', path: `${path}/recovery-codes`, id: 'makeRecoveryCodes', tag, access: 'user',
      summary: 'New recovery codes; those from before are good for nothing any more', description, response: RecoveryCodes,
      errors: ['auth.reauthentication_required', 'accounts.second_factor_missing'],
      handle: (context) => accounts.makeRecoveryCodes(context.write, context.actor, clientOf(context)),
    }),
    jsonRoute({
      method: 'DELETE', path, id: 'disableSecondFactor', tag, access: 'user',
      summary: 'Sign in with the password alone again', description, response: Type.Null(),
      errors: ['auth.reauthentication_required', 'accounts.second_factor_missing'],
      async handle(context) {
        await accounts.disableSecondFactor(context.write, context.actor, clientOf(context));
        return null;
      },
    }),
  ];
}
