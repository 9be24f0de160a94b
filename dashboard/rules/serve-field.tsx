import { Autocomplete, Group, SegmentedControl, Select, Slider, Stack, Text } from '@mantine/core';
import type { DraftVariation, Serve } from '../draft/draft.ts';
import { strings } from '../strings.ts';
import { PercentField } from './percent-field.tsx';
import { type ServeKind, serveAs } from './serve-as.ts';
import { SplitField } from './split-field.tsx';

interface ServeFieldProps {
  readonly serve: Serve;
  readonly variations: readonly DraftVariation[];
  readonly fallback: string;
  readonly attributes: readonly string[];
  readonly onChange: (serve: Serve) => void;
}

const KINDS: readonly ServeKind[] = ['variation', 'rollout', 'split'];

interface VariationSelectProps {
  readonly label: string;
  readonly value: string;
  readonly variations: readonly DraftVariation[];
  /** Offered before the variations. */
  readonly more?: readonly { readonly value: string; readonly label: string }[];
  readonly onChange: (id: string) => void;
}

export const VariationSelect = ({ label, value, variations, more = [], onChange }: VariationSelectProps) => (
  <Select
    label={label}
    data={[...more, ...variations.map(({ id, name }) => ({ value: id, label: name }))]}
    value={value}
    onChange={(id) => id !== null && onChange(id)}
    allowDeselect={false}
    searchable={variations.length > 8}
    w={220}
    maw="100%"
  />
);

const BucketAttribute = ({
  value,
  attributes,
  onChange,
}: {
  readonly value: string;
  readonly attributes: readonly string[];
  readonly onChange: (attribute: string) => void;
}) => (
  <Autocomplete
    label={strings.serve.attribute}
    description={strings.serve.attributeHint}
    placeholder="targetingKey"
    data={[...attributes]}
    value={value}
    onChange={(attribute) => onChange(attribute.trim())}
    w={300}
    maw="100%"
    spellCheck={false}
  />
);

/** What a rule serves: one variation, a percentage of it, or several in shares. */
export const ServeField = ({ serve, variations, fallback, attributes, onChange }: ServeFieldProps) => (
  <Stack gap="sm">
    <SegmentedControl
      aria-label={strings.serve.how}
      value={serve.kind}
      onChange={(kind) => onChange(serveAs(serve, kind, variations, fallback))}
      data={KINDS.map((kind) => ({ value: kind, label: strings.serve.kinds[kind] }))}
      style={{ alignSelf: 'flex-start' }}
    />
    {serve.kind === 'split' ? (
      <SplitField serve={serve} variations={variations} onChange={onChange} />
    ) : (
      <Group align="flex-end" gap="lg">
        <VariationSelect
          label={strings.serve.variation}
          value={serve.variation}
          variations={variations}
          onChange={(variation) => onChange({ ...serve, variation })}
        />
        {serve.kind === 'rollout' && (
          <>
            <div style={{ flex: 1, minWidth: 180 }}>
              <Text size="sm" fw={500} mb={8} id="rollout-label">
                {strings.serve.percentage}
              </Text>
              <Slider
                thumbLabel={strings.serve.percentage}
                value={serve.percentage || 0}
                onChange={(percentage) => onChange({ ...serve, percentage })}
                label={(percentage) => `${percentage}%`}
                mb={10}
              />
            </div>
            <PercentField
              aria-label={strings.serve.percentage}
              value={serve.percentage}
              onChange={(percentage) => onChange({ ...serve, percentage })}
              w={110}
            />
          </>
        )}
      </Group>
    )}
    {serve.kind !== 'variation' && (
      <BucketAttribute
        value={serve.attribute}
        attributes={attributes}
        onChange={(attribute) => onChange({ ...serve, attribute })}
      />
    )}
  </Stack>
);
