import { useMediaQuery } from '@mantine/hooks';
import { Notifications } from '@mantine/notifications';
import '@mantine/notifications/styles.css';
import classes from './notices.module.css';

/** Over the header (100) and under the dialogs (200), which say themselves what fails in them. */
const UNDER_DIALOGS = 150;
const PHONE = '(max-width: 48em)';

/** Where what was done is said: never over the bar that saves, nor over what one works on. */
export const Notices = () => {
  const phone = useMediaQuery(PHONE, window.matchMedia(PHONE).matches);
  return (
    <Notifications
      position={phone ? 'top-center' : 'bottom-left'}
      limit={3}
      zIndex={UNDER_DIALOGS}
      classNames={{ root: classes['notices'] ?? '' }}
    />
  );
};
