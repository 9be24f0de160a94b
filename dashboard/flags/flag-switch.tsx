import { Switch } from '@mantine/core';
import type { StoredFlag } from '../api.ts';
import { usePermitted } from '../session/session.ts';
import { strings } from '../strings.ts';
import { askSwitch } from './ask-switch.tsx';
import classes from './flag-switch.module.css';
import { useFlagWrite, useShownFlag } from './write-flag.ts';

interface FlagSwitchProps {
  readonly app: string;
  readonly flag: StoredFlag;
  readonly size?: 'sm' | 'md' | 'lg';
}

/** Turns a flag on and off, after asking. Who may not write sees the state as a word, not as a switch that refuses. */
export const FlagSwitch = ({ app, flag, size = 'md' }: FlagSwitchProps) => {
  const writable = usePermitted('write');
  const { write } = useFlagWrite(app, flag.key);
  const { enabled } = useShownFlag(app, flag);
  if (!writable) return <strong>{flag.enabled ? strings.flags.on : strings.flags.off}</strong>;
  return (
    <Switch
      classNames={{
        root: classes['root'] ?? '',
        input: classes['input'] ?? '',
        track: classes['track'] ?? '',
      }}
      aria-label={flag.key}
      title={enabled ? strings.flags.turnOff : strings.flags.turnOn}
      size={size}
      checked={enabled}
      onChange={(event) => askSwitch(app, flag, event.currentTarget.checked, write)}
    />
  );
};
