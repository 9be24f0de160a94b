import { Alert, Button, Card, Group, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import type { StoredSegment } from '../api.ts';
import { attributesIn } from '../draft/attributes.ts';
import flagClasses from '../flag/flag.module.css';
import { LeaveGuard } from '../flag/leave-guard.tsx';
import { SaveBar } from '../flag/save-bar.tsx';
import type { SegmentTab } from '../router-search.ts';
import { BuilderSheet } from '../rules/builder-sheet.tsx';
import { ConditionBuilder } from '../rules/condition-builder.tsx';
import { usePermitted } from '../session/session.ts';
import { Clamped } from '../shell/clamped.tsx';
import { useCommand } from '../shell/commands.ts';
import { sayDone } from '../shell/notify.tsx';
import { segmentPage as words } from '../strings/segment-page.ts';
import { strings } from '../strings.ts';
import { conditionsWords } from '../words/condition.ts';
import { Sentence } from '../words/sentence.tsx';
import { textOf } from '../words/words.ts';
import { DeleteSegment } from './delete-segment.tsx';
import { MembersField } from './members-field.tsx';
import { MergeSegment } from './merge-segment.tsx';
import { ReviewSegment } from './review-segment.tsx';
import { type SegmentEditing, useSegmentDraft } from './use-segment-draft.ts';

interface PartProps {
  readonly app: string;
  readonly editing: SegmentEditing;
  readonly writable: boolean;
}

const Conditions = ({ app, editing, writable }: PartProps) => {
  const { draft, finished, edit } = editing;
  const [open, toOpen] = useDisclosure(false);
  const { conditions } = finished.segment;
  const said = conditionsWords(conditions);
  const problems = finished.problems.map((problem) => (
    <Alert key={problem} color="red" p="xs" role="alert">
      {problem}
    </Alert>
  ));
  return (
    <section aria-label={words.fits}>
      <Stack gap="xs">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <div>
            <Title order={2} size="h5">
              {words.fits}
            </Title>
            <Text size="xs" c="dimmed">
              {words.fitsHint}
            </Text>
          </div>
          {writable && (
            <Button
              size="compact-md"
              variant="subtle"
              flex="none"
              aria-expanded={open}
              aria-label={open ? words.doneWithConditions : words.editConditions}
              rightSection={open ? <IconChevronUp size={16} /> : <IconChevronDown size={16} />}
              onClick={toOpen.toggle}
            >
              {open ? strings.rule.done : strings.rule.editShort}
            </Button>
          )}
        </Group>
        <Text size="sm">
          {conditions.length === 0 ? (
            words.nobodyFits
          ) : (
            <Clamped length={textOf(said).length}>
              <Sentence cut words={said} app={app} />
            </Clamped>
          )}
        </Text>
        {problems}
        <BuilderSheet title={words.fits} open={open && writable} close={toOpen.close} problem={problems}>
          <ConditionBuilder
            label={words.fits}
            query={draft.query}
            attributes={attributesIn(conditions)}
            flags={false}
            onChange={(query) => edit((before) => ({ ...before, query }))}
          />
        </BuilderSheet>
      </Stack>
    </section>
  );
};

const Members = (props: PartProps) => {
  const { editing, writable } = props;
  const { draft, edit } = editing;
  return (
    <Stack>
      <Card withBorder>
        <MembersField
          label={words.include}
          hint={words.includeHint}
          members={draft.include}
          change={(change) => edit((before) => ({ ...before, include: change(before.include) }))}
          writable={writable}
        />
      </Card>
      <Card withBorder>
        <Conditions {...props} />
      </Card>
      <Card withBorder>
        <MembersField
          label={words.exclude}
          hint={words.excludeHint}
          members={draft.exclude}
          change={(change) => edit((before) => ({ ...before, exclude: change(before.exclude) }))}
          writable={writable}
        />
      </Card>
    </Stack>
  );
};

const Settings = ({ app, editing, writable }: PartProps) => {
  const { base, draft, edit } = editing;
  return (
    <Stack>
      <Card withBorder component="section" aria-label={words.tabs.settings}>
        <Stack>
          <Textarea
            label={words.create.description}
            description={words.create.descriptionHint}
            value={draft.description}
            onChange={(event) => {
              const description = event.currentTarget.value;
              edit((before) => ({ ...before, description }));
            }}
            disabled={!writable}
            autosize
            minRows={2}
            maxRows={8}
            dir="auto"
          />
          <TextInput
            label={words.attribute}
            description={words.attributeHint}
            placeholder="targetingKey"
            value={draft.attribute}
            onChange={(event) => {
              const attribute = event.currentTarget.value;
              edit((before) => ({ ...before, attribute }));
            }}
            disabled={!writable}
            spellCheck={false}
            autoCapitalize="none"
          />
        </Stack>
      </Card>
      {writable && <DeleteSegment app={app} segment={base} />}
    </Stack>
  );
};

interface SegmentEditorProps {
  readonly app: string;
  readonly segment: StoredSegment;
  readonly tab: SegmentTab;
}

/** Everything of a segment that is edited, reviewed and then saved at once. */
export const SegmentEditor = ({ app, segment, tab }: SegmentEditorProps) => {
  const writable = usePermitted('write');
  const editing = useSegmentDraft(segment);
  const [reviewing, review] = useDisclosure(false);
  const [merging, merge] = useDisclosure(false);
  const { base, draft, dirty, finished, theirs, begin } = editing;
  const savable = writable && dirty && finished.problems.length === 0 && theirs === null;
  const openReview = () => savable && !reviewing && review.open();
  useHotkeys(
    [
      ['mod+S', openReview],
      ['mod+Enter', openReview],
    ],
    [],
  );
  useCommand('review', strings.saving.review, savable ? review.open : null);
  const discard = () => {
    begin(segment);
    sayDone(strings.saving.discarded, () => begin(base, draft));
  };
  const part = { app, editing, writable };
  return (
    <>
      {tab === 'members' && <Members {...part} />}
      {tab === 'settings' && <Settings {...part} />}
      {dirty && writable && (
        <div className={flagClasses['savebar']} data-savebar>
          <SaveBar
            changes={editing.changes.length}
            problems={finished.problems.length}
            theirs={theirs}
            review={review.open}
            discard={discard}
            merge={merge.open}
          />
        </div>
      )}
      {reviewing && (
        <ReviewSegment app={app} editing={editing} close={review.close} onConflict={merge.open} />
      )}
      {theirs !== null && (
        <MergeSegment editing={editing} theirs={theirs} opened={merging} close={merge.close} />
      )}
      <LeaveGuard dirty={dirty && writable} />
    </>
  );
};
