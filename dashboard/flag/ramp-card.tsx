import type { Rule } from '@halyard/engine';
import { Button, Card, Group, Progress, Select, Stack, Text, Title } from '@mantine/core';
import { IconPlayerStop } from '@tabler/icons-react';
import { type FormEvent, useEffect, useState } from 'react';
import type { StoredFlag } from '../api.ts';
import { RAMP_STEPS, type Ramp, type RampTarget, rampOf, rampTo } from '../draft/ramp.ts';
import { inOrder } from '../draft/rule-keys.ts';
import { askSwitch } from '../flags/ask-switch.tsx';
import { useFlagWrite, useShownFlag } from '../flags/write-flag.ts';
import { PercentField } from '../rules/percent-field.tsx';
import { usePermitted } from '../session/session.ts';
import { ReasonField } from '../shell/reason-field.tsx';
import { flagPage } from '../strings/flag-page.ts';
import { stripStrings } from '../strings/strip.ts';
import { strings } from '../strings.ts';
import { Sentence } from '../words/sentence.tsx';
import { sharesWords } from '../words/summary.ts';
import { percent, plain, variation, type Words } from '../words/words.ts';

interface StepsProps {
  /** Null: there is no share yet. */
  readonly percentage: number | null;
  readonly go: (percentage: number) => void;
}

const OtherPercentage = ({ percentage, go }: StepsProps) => {
  const [share, setShare] = useState(percentage ?? Number.NaN);
  useEffect(() => setShare(percentage ?? Number.NaN), [percentage]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!Number.isNaN(share) && share !== percentage) go(share);
  };
  return (
    <form onSubmit={submit}>
      <Group gap={6} wrap="nowrap" align="flex-start">
        <PercentField aria-label={strings.ramp.custom} value={share} onChange={setShare} w={116} />
        <Button type="submit" variant="default" disabled={share === percentage || Number.isNaN(share)}>
          {strings.ramp.set}
        </Button>
      </Group>
    </form>
  );
};

const KillSwitch = ({ app, flag }: { readonly app: string; readonly flag: StoredFlag }) => {
  const { write } = useFlagWrite(app, flag.key);
  return (
    <Button
      color="red"
      variant="light"
      leftSection={<IconPlayerStop size={16} />}
      disabled={!flag.enabled}
      onClick={() => askSwitch(app, flag, false, write)}
    >
      {strings.ramp.kill}
    </Button>
  );
};

const Steps = ({ percentage, go }: StepsProps) => (
  <Group gap="xs">
    <Button.Group>
      {RAMP_STEPS.map((step) => (
        <Button
          key={step}
          variant={step === percentage ? 'filled' : 'default'}
          aria-pressed={step === percentage}
          onClick={() => step !== percentage && go(step)}
        >
          {percent(step)}
        </Button>
      ))}
    </Button.Group>
    <OtherPercentage percentage={percentage} go={go} />
  </Group>
);

interface ChoiceProps {
  readonly label: string;
  readonly names: readonly string[];
  readonly value: string | null;
  readonly choose: (name: string | null) => void;
}

const Choice = ({ label, names, value, choose }: ChoiceProps) => (
  <Select
    label={label}
    placeholder={flagPage.ramp.choose}
    data={[...names]}
    value={value}
    onChange={choose}
    searchable={names.length > 8}
    w={260}
    maw="100%"
  />
);

interface MoveProps {
  readonly flag: StoredFlag;
  readonly go: (target: RampTarget) => void;
}

/** Moves the share of one variation; what the others get is asked where nothing says it. */
const MoveShare = ({ flag, ramp, go }: MoveProps & { readonly ramp: Ramp & { readonly kind: 'share' } }) => {
  const [rest, setRest] = useState<string | null>(null);
  const others = ramp.rest ?? rest;
  const names = Object.keys(flag.variations).filter((name) => name !== ramp.variation);
  return (
    <Group gap="xs" align="flex-end">
      {ramp.rest === null && (
        <Choice label={flagPage.ramp.othersGet} names={names} value={rest} choose={setRest} />
      )}
      {others !== null && (
        <Steps
          percentage={ramp.percentage}
          go={(percentage) => go({ variation: ramp.variation, percentage, rest: others })}
        />
      )}
    </Group>
  );
};

/** Starts a rollout to a variation that somebody chose. */
const StartRollout = ({
  flag,
  ramp,
  go,
}: MoveProps & { readonly ramp: Ramp & { readonly kind: 'start' } }) => {
  const [to, setTo] = useState<string | null>(null);
  return (
    <Group gap="xs" align="flex-end">
      <Choice label={flagPage.ramp.startTo} names={ramp.to} value={to} choose={setTo} />
      {to !== null && (
        <Steps
          percentage={null}
          go={(percentage) => go({ variation: to, percentage, rest: flag.default_variation })}
        />
      )}
    </Group>
  );
};

/** Who is meant by a share: rules with conditions may come before the open ones, and after them. */
const surroundings = (flag: StoredFlag) => {
  const rules = inOrder(flag.rules);
  const open = rules.findIndex(({ conditions }) => conditions.length === 0);
  const targeted = (rule: Rule): boolean => rule.conditions.length > 0;
  return {
    before: (open === -1 ? rules : rules.slice(0, open)).some(targeted),
    after: open !== -1 && rules.slice(open).some(targeted),
  };
};

const Standing = ({ flag, ramp }: { readonly flag: StoredFlag; readonly ramp: Ramp }) => {
  const { before, after } = surroundings(flag);
  if (ramp.kind === 'none') return flagPage.ramp.none;
  if (ramp.kind === 'start') {
    return (
      <>
        {before ? flagPage.ramp.restGets : flagPage.ramp.allGet}{' '}
        <Sentence cut words={[variation(flag.default_variation)]} />
      </>
    );
  }
  if (ramp.kind === 'shares') {
    return (
      <>
        {before ? flagPage.ramp.restGets : flagPage.ramp.allGet}{' '}
        <Sentence cut words={sharesWords(ramp.shares)} />. {flagPage.ramp.shared}
      </>
    );
  }
  const rest = after ? [plain(flagPage.ramp.goOn)] : ramp.rest === null ? [] : restWords(ramp.rest);
  return (
    <>
      {before ? flagPage.ramp.shareOfRest : flagPage.ramp.share}{' '}
      <Sentence cut words={[variation(ramp.variation)]} />: <strong>{percent(ramp.percentage)}</strong>
      {ramp.percentage < 100 && rest.length > 0 && (
        <Text span c="dimmed">
          , <Sentence cut words={rest} />
        </Text>
      )}
    </>
  );
};

const restWords = (rest: string): Words => [plain(`${flagPage.ramp.rest} `), variation(rest)];

/** Where a rollout is moved and started. */
export const ROLLOUT = 'rollout';

/** One click a step, with a reason where one likes to give it, and the kill switch beside it. */
export const RampCard = ({ app, flag: stored }: { readonly app: string; readonly flag: StoredFlag }) => {
  const flag = useShownFlag(app, stored);
  const ramp = rampOf(flag);
  const writable = usePermitted('write');
  const { write } = useFlagWrite(app, flag.key);
  const [reason, setReason] = useState<string | null>(null);
  const go = (target: RampTarget) =>
    write(
      {
        change: (before) => rampTo(before, target),
        said: strings.write.ramped(target.variation, percent(target.percentage)),
        ...(reason === null || reason === '' ? {} : { comment: reason }),
      },
      // A reason is one step's; the next has its own.
      { onSuccess: () => setReason(null) },
    );
  return (
    <Card withBorder component="section" id={ROLLOUT} aria-label={strings.ramp.title}>
      <Stack gap="sm">
        <Title order={2} size="h4">
          {strings.ramp.title}
        </Title>
        <Group justify="space-between" gap="xs">
          <Text size="sm" component="div">
            <Standing flag={flag} ramp={ramp} />
          </Text>
          {!flag.enabled && (
            <Text size="sm" c="dimmed">
              {strings.ramp.off}
            </Text>
          )}
        </Group>
        {ramp.kind === 'share' && (
          <Progress
            value={ramp.percentage}
            size="lg"
            radius="xl"
            color={flag.enabled ? 'sea' : 'gray.5'}
            aria-label={strings.ramp.lead(ramp.variation)}
          />
        )}
        {writable && reason !== null && <ReasonField value={reason} onChange={setReason} autoFocus />}
        {writable ? (
          <Group justify="space-between" gap="xs" align="flex-end">
            {ramp.kind === 'share' ? (
              <MoveShare key={ramp.variation} flag={flag} ramp={ramp} go={go} />
            ) : ramp.kind === 'start' ? (
              <StartRollout flag={flag} ramp={ramp} go={go} />
            ) : (
              <span />
            )}
            <Group gap="xs">
              {reason === null && (ramp.kind === 'share' || ramp.kind === 'start') && (
                <Button variant="subtle" onClick={() => setReason('')}>
                  {stripStrings.reason}
                </Button>
              )}
              <KillSwitch app={app} flag={flag} />
            </Group>
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
