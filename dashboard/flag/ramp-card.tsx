import { Button, Card, Group, NumberInput, Progress, Stack, Text, Title } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconPlayerStop } from '@tabler/icons-react';
import { type FormEvent, useEffect, useState } from 'react';
import type { StoredFlag } from '../api.ts';
import { Live } from '../edges/live.tsx';
import { useFlagWrite } from '../flags/write-flag.ts';
import { usePermitted } from '../session/session.ts';
import { sayDone } from '../shell/notify.tsx';
import { strings } from '../strings.ts';
import { offVariation } from '../words/summary.ts';
import { percent } from '../words/words.ts';
import { RAMP_STEPS, type Ramp, rampOf, rampTo } from './ramp.ts';

const useRampTo = (app: string, flag: StoredFlag) => {
  const write = useFlagWrite(app, flag.key);
  const go = (percentage: number, undoable: boolean): void => {
    const ramp = rampOf(flag);
    if (ramp === null) return;
    const change = rampTo(flag, ramp, percentage);
    write.mutate({
      method: 'PATCH',
      at: change.kind === 'rule' ? `/rules/${change.priority}` : '',
      body: () => change.body,
      after: (current) => ({
        ...current,
        rules: change.after.rules,
        default_variation: change.after.default_variation,
      }),
      onDone: () =>
        sayDone(
          strings.write.ramped(ramp.variation, percent(percentage)),
          undoable ? () => go(ramp.percentage, false) : undefined,
        ),
    });
  };
  return { go, pending: write.isPending };
};

const OtherPercentage = ({
  ramp,
  go,
}: {
  readonly ramp: Ramp;
  readonly go: (percentage: number) => void;
}) => {
  const [share, setShare] = useState<number | string>(ramp.percentage);
  useEffect(() => setShare(ramp.percentage), [ramp.percentage]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typeof share === 'number') go(share);
  };
  return (
    <form onSubmit={submit}>
      <Group gap={6} wrap="nowrap">
        <NumberInput
          aria-label={strings.ramp.custom}
          value={share}
          onChange={setShare}
          min={0}
          max={100}
          decimalScale={6}
          step={5}
          suffix="%"
          w={116}
          clampBehavior="strict"
        />
        <Button type="submit" variant="default" disabled={share === ramp.percentage || share === ''}>
          {strings.ramp.set}
        </Button>
      </Group>
    </form>
  );
};

const KillSwitch = ({ app, flag }: { readonly app: string; readonly flag: StoredFlag }) => {
  const write = useFlagWrite(app, flag.key);
  const set = (enabled: boolean) =>
    write.mutate({
      method: 'PATCH',
      body: () => ({ enabled }),
      after: (current) => ({ ...current, enabled }),
      onDone: () => sayDone(strings.write.switched(flag.key, enabled), enabled ? undefined : () => set(true)),
    });
  const ask = () =>
    modals.openConfirmModal({
      title: strings.ramp.killTitle(flag.key),
      children: <Text size="sm">{strings.ramp.killHelp(offVariation(flag))}</Text>,
      labels: { confirm: strings.ramp.killConfirm, cancel: strings.cancel },
      confirmProps: { color: 'red' },
      onConfirm: () => set(false),
    });
  return (
    <Button
      color="red"
      variant="light"
      leftSection={<IconPlayerStop size={16} />}
      disabled={!flag.enabled}
      onClick={ask}
    >
      {strings.ramp.kill}
    </Button>
  );
};

const RampControls = ({ ramp, go }: { readonly ramp: Ramp; readonly go: (percentage: number) => void }) => (
  <Group gap="xs">
    <Button.Group>
      {RAMP_STEPS.map((step) => (
        <Button
          key={step}
          variant={step === ramp.percentage ? 'filled' : 'default'}
          aria-pressed={step === ramp.percentage}
          onClick={() => step !== ramp.percentage && go(step)}
        >
          {percent(step)}
        </Button>
      ))}
    </Button.Group>
    <OtherPercentage ramp={ramp} go={go} />
  </Group>
);

/** One click a step, the kill switch beside it, and below whether it is live. */
export const RampCard = ({ app, flag }: { readonly app: string; readonly flag: StoredFlag }) => {
  const ramp = rampOf(flag);
  const writable = usePermitted('write');
  const { go } = useRampTo(app, flag);
  return (
    <Card withBorder component="section" aria-label={strings.ramp.title}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} size="h4">
            {strings.ramp.title}
          </Title>
          <Live app={app} />
        </Group>
        {ramp === null ? (
          <Text c="dimmed" size="sm">
            {strings.ramp.none}
          </Text>
        ) : (
          <>
            <Group justify="space-between" gap="xs">
              <Text size="sm">
                {ramp.first ? strings.ramp.lead(ramp.variation) : strings.ramp.leadRest(ramp.variation)}:{' '}
                <strong>{percent(ramp.percentage)}</strong>
                <Text span c="dimmed">
                  {ramp.percentage < 100 ? `, ${strings.ramp.rest(ramp.rest)}` : ''}
                </Text>
              </Text>
              {!flag.enabled && (
                <Text size="sm" c="dimmed">
                  {strings.ramp.off}
                </Text>
              )}
            </Group>
            <Progress
              value={ramp.percentage}
              size="lg"
              radius="xl"
              color={flag.enabled ? 'sea' : 'gray.5'}
              aria-label={strings.ramp.lead(ramp.variation)}
            />
          </>
        )}
        {writable ? (
          <Group justify="space-between" gap="xs">
            {ramp === null ? (
              <span />
            ) : (
              <RampControls ramp={ramp} go={(percentage) => go(percentage, true)} />
            )}
            <KillSwitch app={app} flag={flag} />
          </Group>
        ) : (
          <Text size="sm" c="dimmed">
            {strings.ramp.reader}
          </Text>
        )}
      </Stack>
    </Card>
  );
};
