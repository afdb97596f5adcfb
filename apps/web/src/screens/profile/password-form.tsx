import { useI18n } from '../../i18n/i18n.tsx';
import { useChanged } from '../../api/use-changed.ts';
import { useHttp } from '../../session/context.tsx';
import { Button } from '../../ui/button.tsx';
import { PasswordField } from '../../ui/field.tsx';
import { FormProblem } from '../../ui/problem.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { useForm } from '../../ui/use-form.ts';

export function PasswordForm() {
  const { t } = useI18n();
  const http = useHttp();
  const toasts = useToasts();
  const changed = useChanged();
  const form = useForm({
    initial: { currentPassword: '', newPassword: '' },
    check: ({ currentPassword, newPassword }) => ({
      ...(currentPassword === '' && { currentPassword: t('field.needed') }),
      ...(newPassword.length < 6 && { newPassword: t('register.passwordShort') }),
    }),
    async submit(passwords) {
      await http.accounts.changePassword(passwords);
      form.reset();
      changed(['sessions']);
      toasts.say(t('password.changed'));
    },
  });
  return (
    <section className="panel">
      <h2>{t('password.title')}</h2>
      <form className="form" onSubmit={form.onSubmit} noValidate>
        <div className="form-columns">
          <PasswordField label={t('password.current')} autoComplete="current-password" {...form.text('currentPassword')} />
          <PasswordField label={t('password.new')} autoComplete="new-password" {...form.text('newPassword')} />
        </div>
        <p className="small faint">{t('password.hint')}</p>
        <FormProblem error={form.problem} />
        <div><Button type="submit" busy={form.busy}>{t('password.submit')}</Button></div>
      </form>
    </section>
  );
}
