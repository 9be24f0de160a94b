import type { Operator, Reference } from '@halyard/engine';
import { ActionIcon, Button, SegmentedControl, Select, Tooltip } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import {
  type ActionProps,
  type CombinatorSelectorProps,
  type ControlElementsProp,
  type FullField,
  type OperatorSelectorProps,
  QueryBuilder,
} from 'react-querybuilder';
import { type BuilderGroup, type BuilderRule, EMPTY_OPERAND, mayNest, referenceOf } from '../flag/query.ts';
import { referenceStrings } from '../strings/references.ts';
import { strings } from '../strings.ts';
import { OPERATOR_WORDS } from '../words/condition.ts';
import { AttributeField } from './attribute-field.tsx';
import classes from './builder.module.css';
import { OperandField } from './operand-field.tsx';

/** What the builder's parts need to know beyond their own row. */
export interface BuilderContext {
  readonly query: BuilderGroup;
  readonly attributes: readonly string[];
  /** Whether what another flag serves may be asked: not in a segment. */
  readonly flags: boolean;
}

const GROUPS: readonly (readonly [string, readonly Operator[]])[] = [
  [strings.operators.equality, ['equals', 'not_equals', 'in', 'not_in']],
  [
    strings.operators.text,
    [
      'contains',
      'not_contains',
      'starts_with',
      'not_starts_with',
      'ends_with',
      'not_ends_with',
      'matches',
      'not_matches',
    ],
  ],
  [strings.operators.order, ['greater_than', 'greater_than_or_equals', 'less_than', 'less_than_or_equals']],
  [
    strings.operators.version,
    [
      'semver_equals',
      'semver_greater_than',
      'semver_greater_than_or_equals',
      'semver_less_than',
      'semver_less_than_or_equals',
    ],
  ],
  [strings.operators.address, ['in_cidr', 'not_in_cidr']],
  [strings.operators.list, ['has', 'not_has']],
  [strings.operators.presence, ['exists', 'not_exists']],
];

const OPERATORS = GROUPS.flatMap(([, operators]) =>
  operators.map((operator) => ({ name: operator, label: OPERATOR_WORDS[operator] })),
);
const OPERATOR_OPTIONS = GROUPS.map(([group, operators]) => ({
  group,
  items: operators.map((operator) => ({ value: operator, label: OPERATOR_WORDS[operator] })),
}));

const OperatorField = ({ value, handleOnChange, disabled, rule }: OperatorSelectorProps) =>
  referenceOf(rule) !== undefined ? null : (
    <Select
      aria-label={strings.builder.operator}
      data={OPERATOR_OPTIONS}
      value={value ?? null}
      onChange={(operator) => operator !== null && handleOnChange(operator)}
      searchable
      allowDeselect={false}
      disabled={disabled ?? false}
      w={186}
      maxDropdownHeight={320}
      nothingFoundMessage={strings.palette.nothing}
    />
  );

const CombinatorField = ({ value, handleOnChange, level }: CombinatorSelectorProps) => (
  <SegmentedControl
    size="xs"
    aria-label={level === 0 ? strings.builder.allOrAny : strings.builder.allOrAnyOfGroup}
    value={value ?? 'and'}
    onChange={handleOnChange}
    data={[
      { value: 'and', label: strings.builder.all },
      { value: 'or', label: strings.builder.any },
    ]}
  />
);

const ADDED: readonly { readonly label: string; readonly reference?: Reference }[] = [
  { label: strings.builder.addCondition },
  { label: referenceStrings.addSegment, reference: { operator: 'in_segment', value: [] } },
  { label: referenceStrings.addFlag, reference: { flag: '', operator: 'serves', value: [] } },
];

const AddCondition = ({ handleOnClick, context }: ActionProps) => {
  const { flags }: BuilderContext = context;
  return ADDED.filter(({ reference }) => flags || reference?.operator !== 'serves').map(
    ({ label, reference }) => (
      <Button
        key={label}
        size="compact-sm"
        variant="subtle"
        leftSection={<IconPlus size={14} />}
        onClick={(event) => handleOnClick(event, reference)}
      >
        {label}
      </Button>
    ),
  );
};

const withReference = (added: BuilderRule, reference: Reference | undefined): BuilderRule => ({
  ...added,
  // Without this the builder's own placeholder, a tilde, becomes the attribute of every new condition.
  field: '',
  ...(reference === undefined ? {} : { value: { ...EMPTY_OPERAND, reference } }),
});

const AddGroup = ({ handleOnClick, level, context }: ActionProps) => {
  const { query }: BuilderContext = context;
  if (!mayNest(query, level)) return null;
  return (
    <Button
      size="compact-sm"
      variant="subtle"
      leftSection={<IconPlus size={14} />}
      onClick={(event) => handleOnClick(event)}
    >
      {strings.builder.addGroup}
    </Button>
  );
};

const Remove = ({ handleOnClick, ruleOrGroup }: ActionProps) => {
  const label = 'rules' in ruleOrGroup ? strings.builder.removeGroup : strings.builder.removeCondition;
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={label}
        onClick={(event) => handleOnClick(event)}
      >
        <IconTrash size={16} />
      </ActionIcon>
    </Tooltip>
  );
};

const controlElements: ControlElementsProp<FullField, string> = {
  fieldSelector: AttributeField,
  operatorSelector: OperatorField,
  combinatorSelector: CombinatorField,
  valueEditor: OperandField,
  addRuleAction: AddCondition,
  addGroupAction: AddGroup,
  removeRuleAction: Remove,
  removeGroupAction: Remove,
};

const controlClassnames = {
  queryBuilder: classes['builder'] ?? '',
  ruleGroup: classes['group'] ?? '',
  header: classes['header'] ?? '',
  body: classes['body'] ?? '',
  rule: classes['condition'] ?? '',
};

interface ConditionBuilderProps {
  /** What the conditions are of, for a screen reader: several builders may be open. */
  readonly label: string;
  readonly query: BuilderGroup;
  readonly onChange: (query: BuilderGroup) => void;
  /** Names to offer for attributes. */
  readonly attributes: readonly string[];
  /** Default true: offers conditions on other flags. */
  readonly flags?: boolean;
}

/** Conditions and groups of them, to any depth a flag may have. */
export const ConditionBuilder = ({
  label,
  query,
  onChange,
  attributes,
  flags = true,
}: ConditionBuilderProps) => {
  const context: BuilderContext = { query, attributes, flags };
  const place = useRef<HTMLDivElement>(null);
  // The builder makes itself a form landmark and takes no name for it.
  useEffect(() => place.current?.querySelector('[role="form"]')?.setAttribute('aria-label', label), [label]);
  return (
    <div ref={place}>
      <QueryBuilder
        query={query}
        // The builder gives back what it was given, changed by our own controls: the same shape.
        onQueryChange={(next) => onChange(next as BuilderGroup)}
        operators={OPERATORS}
        context={context}
        controlElements={controlElements}
        controlClassnames={controlClassnames}
        onAddRule={(added, _path, _query, reference) => withReference(added, reference)}
        getDefaultOperator={() => 'equals'}
        getDefaultValue={() => EMPTY_OPERAND}
        suppressStandardClassnames
      />
    </div>
  );
};
