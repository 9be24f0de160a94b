import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { IconArrowBackUp, IconRestore } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ApiError, call, type SegmentEntry, type StoredSegment, search, segmentPath } from '../api.ts';
import { usePermitted, useSession } from '../session/session.ts';
import { sayDone } from '../shell/notify.tsx';
import { ReasonField } from '../shell/reason-field.tsx';
import { Failure, Loading } from '../shell/states.tsx';
import { segmentStrings as words } from '../strings/segments.ts';
import { strings } from '../strings.ts';
import { segmentChanges, segmentWords } from '../words/segment-change.ts';
import { Sentence } from '../words/sentence.tsx';
import { ChangeList } from './change-list.tsx';
import { type SegmentPlan, segmentPlan } from './segment-undo.ts';

interface SegmentActionsProps {
  readonly app: string;
  readonly entry: SegmentEntry;
}

type Kind = 'undo' | 'restore';

const usePlan = ({ app, entry }: SegmentActionsProps, kind: Kind) => {
  const { account } = useSession();
  const path = segmentPath(account, app, entry.segment_key);
  return useQuery({
    queryKey: [account, app, 'segment-undo', kind, entry.id],
    queryFn: async (): Promise<SegmentPlan> => {
      const now = await call<StoredSegment>(path).then(
        ({ result }) => result,
        (error: unknown) => {
          if (error instanceof ApiError && error.status === 404) return null;
          throw error;
        },
      );
      // The entry before is among the newest, or the change is not the newest and cannot be undone.
      const { result } = await call<SegmentEntry[]>(`${path}/changelog${search({ limit: 2 })}`);
      return segmentPlan(kind, entry, now, result);
    },
    staleTime: 0,
    gcTime: 0,
  });
};

const useCarryOut = ({ app, entry }: SegmentActionsProps) => {
  const { account } = useSession();
  const client = useQueryClient();
  const path = segmentPath(account, app, entry.segment_key);
  return useMutation({
    mutationFn: ({
      plan,
      comment,
    }: {
      plan: SegmentPlan & { kind: 'restore' | 'delete' };
      comment: string;
    }) =>
      plan.kind === 'delete'
        ? call(path, { method: 'DELETE', ifMatch: plan.version, comment })
        : call(`${path}/restore`, {
            method: 'POST',
            body: { changelog_id: plan.entry.id },
            ifMatch: plan.version,
            comment,
          }),
    onSuccess: (_, { plan }) => {
      void client.invalidateQueries({ queryKey: [account, app] });
      sayDone(plan.kind === 'delete' ? words.deleted(entry.segment_key) : words.done(entry.segment_key));
    },
  });
};

const Preview = ({ plan }: { readonly plan: SegmentPlan }) => {
  switch (plan.kind) {
    case 'refused':
      return <Alert color="yellow">{words[plan.why]}</Alert>;
    case 'delete':
      return <Text size="sm">{words.goes}</Text>;
    case 'restore':
      return plan.now === null ? (
        <Text size="sm">
          {words.comesBack}
          <Sentence words={segmentWords(plan.entry.after)} />
        </Text>
      ) : (
        <ChangeList changes={segmentChanges(plan.now, plan.entry.after)} />
      );
  }
};

interface PlannedProps extends SegmentActionsProps {
  readonly kind: Kind;
  readonly plan: SegmentPlan;
  readonly again: () => void;
  readonly close: () => void;
}

const Planned = ({ app, entry, kind, plan, again, close }: PlannedProps) => {
  const [reason, setReason] = useState(kind === 'undo' ? words.reasonOfUndo(entry.version) : '');
  const carryOut = useCarryOut({ app, entry });
  const possible = plan.kind !== 'refused';
  const meanwhile = (error: Error): boolean => error instanceof ApiError && error.status === 412;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (plan.kind === 'refused') return;
    carryOut.mutate(
      { plan, comment: reason },
      { onSuccess: close, onError: (error) => meanwhile(error) && again() },
    );
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {carryOut.error && (
          <Alert color="red" role="alert" title={words.failed}>
            {meanwhile(carryOut.error) ? words.meanwhile : carryOut.error.message}
          </Alert>
        )}
        <Preview plan={plan} />
        {possible && <ReasonField value={reason} onChange={setReason} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close} {...(possible ? {} : { 'data-autofocus': true })}>
            {possible ? strings.cancel : strings.close}
          </Button>
          {possible && (
            <Button type="submit" loading={carryOut.isPending} data-autofocus>
              {kind === 'undo' ? words.undo : words.restore}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
};

const Planning = (props: Omit<PlannedProps, 'plan' | 'again'>) => {
  const plan = usePlan(props, props.kind);
  if (plan.isPending) return <Loading rows={2} />;
  if (plan.isError) return <Failure error={plan.error} retry={() => void plan.refetch()} />;
  return <Planned {...props} plan={plan.data} again={() => void plan.refetch()} />;
};

/** Undoing a segment's change and going back to a version of it, each after showing what that does to it as it is now. */
export const SegmentActions = ({ app, entry }: SegmentActionsProps) => {
  const writable = usePermitted('write');
  const [open, setOpen] = useState<Kind | null>(null);
  if (!writable) return null;
  const undo = words.undoOf(entry.segment_key, entry.version);
  const restore = words.restoreOf(entry.segment_key, entry.version);
  return (
    <>
      <Button
        size="compact-sm"
        variant="subtle"
        leftSection={<IconArrowBackUp size={14} />}
        aria-label={undo}
        onClick={() => setOpen('undo')}
      >
        {words.undo}
      </Button>
      <Button
        size="compact-sm"
        variant="subtle"
        color="gray"
        leftSection={<IconRestore size={14} />}
        aria-label={restore}
        onClick={() => setOpen('restore')}
      >
        {words.restore}
      </Button>
      {open !== null && (
        <Modal
          opened
          onClose={() => setOpen(null)}
          title={<bdi>{open === 'undo' ? undo : restore}</bdi>}
          size="lg"
        >
          <Planning app={app} entry={entry} kind={open} close={() => setOpen(null)} />
        </Modal>
      )}
    </>
  );
};
