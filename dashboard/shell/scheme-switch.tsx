import { SegmentedControl, useMantineColorScheme, VisuallyHidden } from '@mantine/core';
import { IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react';
import { strings } from '../strings.ts';

const choice = (name: string, Icon: typeof IconSun) => (
  <>
    <Icon size={16} aria-hidden="true" style={{ display: 'block' }} />
    <VisuallyHidden>{name}</VisuallyHidden>
  </>
);

export const SchemeSwitch = () => {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <SegmentedControl
      aria-label={strings.scheme.label}
      size="xs"
      value={colorScheme}
      onChange={(value) => setColorScheme(value === 'light' || value === 'dark' ? value : 'auto')}
      data={[
        { value: 'light', label: choice(strings.scheme.light, IconSun) },
        { value: 'auto', label: choice(strings.scheme.system, IconDeviceDesktop) },
        { value: 'dark', label: choice(strings.scheme.dark, IconMoon) },
      ]}
    />
  );
};
