import { Switch } from '@mantine/core';
import type { StoredFlag } from '../api.ts';
import { usePermitted } from '../session/session.ts';
import { sayDone } from '../shell/notify.tsx';
import { strings } from '../strings.ts';
import classes from './flag-switch.module.css';
import { useFlagWrite } from './write-flag.ts';

interface FlagSwitchProps {
  readonly app: string;
  readonly flag: StoredFlag;
  readonly size?: 'sm' | 'md' | 'lg';
}

/** Turns a flag on and off in place. Who may not write sees the state as a word, not as a switch that refuses. */
export const FlagSwitch = ({ app, flag, size = 'md' }: FlagSwitchProps) => {
  const writable = usePermitted('write');
  const write = useFlagWrite(app, flag.key);
  const set = (enabled: boolean, undoable: boolean) =>
    write.mutate({
      method: 'PATCH',
      body: () => ({ enabled }),
      after: (current) => ({ ...current, enabled }),
      onDone: () =>
        sayDone(strings.write.switched(flag.key, enabled), undoable ? () => set(!enabled, false) : undefined),
    });
  if (!writable) return <strong>{flag.enabled ? strings.flags.on : strings.flags.off}</strong>;
  return (
    <Switch
      classNames={{
        root: classes['root'] ?? '',
        input: classes['input'] ?? '',
        track: classes['track'] ?? '',
      }}
      aria-label={flag.key}
      title={flag.enabled ? strings.flags.turnOff : strings.flags.turnOn}
      size={size}
      checked={flag.enabled}
      onChange={(event) => set(event.currentTarget.checked, true)}
    />
  );
};
