import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { SecondFactorSetup } from '@watchparty/protocol';
import { useChanged } from '../../api/use-changed.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { useHttp } from '../../session/context.tsx';
import { Button } from '../../ui/button.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Skeleton } from '../../ui/states.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { useProof } from './proof.tsx';
import { RecoveryCodesDialog } from './recovery-codes.tsx';
import { SetUpDialog, TurnOffDialog } from './second-factor-dialogs.tsx';

const KEY = ['second-factor'];
/** So few left, and it is time for new ones. */
const FEW = 3;

/** Signing in with a code of an authenticator app as well. */
export function SecondFactor() {
  const { t } = useI18n();
  const http = useHttp();
  const toasts = useToasts();
  const changed = useChanged();
  const proof = useProof();
  const [setup, setSetup] = useState<SecondFactorSetup>();
  const [turningOff, setTurningOff] = useState(false);
  const [codes, setCodes] = useState<readonly string[]>();
  const { data, error, refetch } = useQuery({ queryKey: KEY, queryFn: ({ signal }) => http.secondFactor.get({ signal }) });

  const beginning = useMutation({
    mutationFn: () => http.secondFactor.setUp(),
    onSuccess: setSetup,
    onError(problem) {
      if (proof.asks(problem, () => beginning.mutate())) return;
      toasts.fail(problem);
      changed(KEY);
    },
  });
  const renewing = useMutation({
    mutationFn: () => http.secondFactor.makeRecoveryCodes(),
    onSuccess({ recoveryCodes }) {
      setCodes(recoveryCodes);
      changed(KEY);
    },
    onError: (problem) => void (proof.asks(problem, () => renewing.mutate()) || toasts.fail(problem)),
  });

  return (
    <section className="panel stack">
      <div className="section-head">
        <h2>{t('factor.title')}</h2>
        {data?.enabled === true && <span className="badge">{t('factor.on')}</span>}
      </div>
      <p className="faint">{t(data?.enabled === true ? 'factor.textOn' : 'factor.text')}</p>
      {error !== null && data === undefined && <Problem error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Skeleton height="40px" />}
      {data?.enabled === false && <div><Button busy={beginning.isPending} onClick={() => beginning.mutate()}>{t('factor.setUp')}</Button></div>}
      {data?.enabled === true && (
        <>
          <p className={`small ${data.recoveryCodesLeft <= FEW ? 'few' : 'faint'}`}>{t('factor.codesLeft', { count: data.recoveryCodesLeft })}</p>
          <div className="row">
            <Button busy={renewing.isPending} onClick={() => renewing.mutate()}>{t('factor.newCodes')}</Button>
            <Button look="quiet" onClick={() => setTurningOff(true)}>{t('factor.turnOff')}</Button>
          </div>
        </>
      )}
      {setup !== undefined && !proof.isAsking && (
        <SetUpDialog
          setup={setup} proof={proof} onClose={() => setSetup(undefined)}
          onConfirmed={(recoveryCodes) => {
            setSetup(undefined);
            setCodes(recoveryCodes);
            changed(KEY);
          }}
        />
      )}
      {turningOff && (
        <TurnOffDialog
          onClose={() => setTurningOff(false)}
          onDone={() => {
            setTurningOff(false);
            changed(KEY);
            toasts.say(t('factor.isOff'));
          }}
        />
      )}
      {codes !== undefined && <RecoveryCodesDialog codes={codes} onClose={() => setCodes(undefined)} />}
      {proof.dialog}
    </section>
  );
}
