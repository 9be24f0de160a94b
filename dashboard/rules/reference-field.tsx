import type { Reference, SegmentCondition, ServesCondition } from '@halyard/engine';
import { Select, TagsInput, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { fewSegmentsQuery } from '../queries.ts';
import { useSession } from '../session/session.ts';
import { referenceStrings as strings } from '../strings/references.ts';
import { conditionsWords } from '../words/condition.ts';
import { Sentence } from '../words/sentence.tsx';
import { FlagField, VariationsField } from './flag-field.tsx';

interface FieldProps<R extends Reference> {
  readonly reference: R;
  readonly set: (reference: R) => void;
  readonly app: string;
}

const SegmentField = ({ reference, set, app }: FieldProps<SegmentCondition>) => {
  const { account } = useSession();
  const [sought, seek] = useState('');
  const found = useQuery(fewSegmentsQuery(account, app, sought)).data ?? [];
  return (
    <>
      <Select
        aria-label={strings.segmentOperator}
        data={[
          { value: 'in_segment', label: strings.inSegment },
          { value: 'not_in_segment', label: strings.notInSegment },
        ]}
        value={reference.operator}
        onChange={(operator) =>
          set({ ...reference, operator: operator === 'not_in_segment' ? 'not_in_segment' : 'in_segment' })
        }
        allowDeselect={false}
        w={210}
      />
      <TagsInput
        aria-label={strings.segments}
        placeholder={reference.value.length === 0 ? strings.segmentsHint : ''}
        data={found.map(({ key }) => key)}
        value={[...reference.value]}
        onChange={(value) => set({ ...reference, value })}
        searchValue={sought}
        onSearchChange={seek}
        acceptValueOnBlur
        clearable
        flex={1}
        miw={180}
      />
    </>
  );
};

const ServesField = ({ reference, set, app }: FieldProps<ServesCondition>) => (
  <>
    <FlagField app={app} value={reference.flag} onChange={(flag) => set({ ...reference, flag })} />
    <Select
      aria-label={strings.servesOperator}
      data={[
        { value: 'serves', label: strings.serves },
        { value: 'not_serves', label: strings.notServes },
      ]}
      value={reference.operator}
      onChange={(operator) =>
        set({ ...reference, operator: operator === 'not_serves' ? 'not_serves' : 'serves' })
      }
      allowDeselect={false}
      w={150}
    />
    <VariationsField
      app={app}
      flag={reference.flag}
      value={reference.value}
      onChange={(value) => set({ ...reference, value })}
    />
  </>
);

interface ReferenceFieldProps {
  readonly reference: Reference;
  readonly set: (reference: Reference) => void;
}

/** A condition on segments or on another flag, each found by a part of its key; one on a share is read, not edited. */
export const ReferenceField = ({ reference, set }: ReferenceFieldProps) => {
  const { app = '' } = useParams({ strict: false });
  switch (reference.operator) {
    case 'in_segment':
    case 'not_in_segment':
      return <SegmentField reference={reference} set={set} app={app} />;
    case 'serves':
    case 'not_serves':
      return <ServesField reference={reference} set={set} app={app} />;
    case 'in_share':
      return (
        <Text size="sm" py={8}>
          <Sentence words={conditionsWords([reference])} />
        </Text>
      );
  }
};
