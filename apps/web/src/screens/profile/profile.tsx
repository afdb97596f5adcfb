import { Link } from '@tanstack/react-router';
import { useI18n } from '../../i18n/i18n.tsx';
import { RequireUser } from '../../shell/require-user.tsx';
import { usePageTitle } from '../../shell/use-page-title.ts';
import { AboutForm } from './about-form.tsx';
import { Devices } from './devices.tsx';
import { LookForm } from './look-form.tsx';
import { PasswordForm } from './password-form.tsx';
import { PictureForm } from './picture-form.tsx';
import { SecondFactor } from './second-factor.tsx';
import '../rooms/rooms.css';
import './profile.css';

export function Profile() {
  const { t } = useI18n();
  usePageTitle(t('profile.title'));
  return (
    <RequireUser>
      {(user) => (
        <div className="page middle">
          <div className="page-head"><h1>{t('profile.title')}</h1><Link to="/people/$userId" params={{ userId: String(user.id) }}>{t('person.own')}</Link></div>
          <div className="profile">
            <PictureForm user={user} />
            <AboutForm user={user} />
            <LookForm user={user} />
            <PasswordForm />
            <SecondFactor />
            <Devices />
          </div>
        </div>
      )}
    </RequireUser>
  );
}
