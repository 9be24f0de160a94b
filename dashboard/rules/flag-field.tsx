import { Autocomplete, TagsInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { fewFlagsQuery, flagQuery } from '../queries.ts';
import { useSession } from '../session/session.ts';
import { referenceStrings as strings } from '../strings/references.ts';

interface FlagFieldProps {
  readonly app: string;
  readonly value: string;
  readonly onChange: (key: string) => void;
  /** A flag that is not offered: the one that is edited. */
  readonly except?: string;
}

/** Another flag of the app, found by a part of its key. */
export const FlagField = ({ app, value, onChange, except }: FlagFieldProps) => {
  const { account } = useSession();
  const found = useQuery(fewFlagsQuery(account, app, value)).data ?? [];
  return (
    <Autocomplete
      aria-label={strings.flag}
      placeholder={strings.flagHint}
      data={found.map(({ key }) => key).filter((key) => key !== except)}
      value={value}
      onChange={onChange}
      w={180}
      spellCheck={false}
      autoCapitalize="none"
    />
  );
};

interface VariationsFieldProps {
  readonly app: string;
  readonly flag: string;
  readonly value: readonly string[];
  readonly onChange: (variations: readonly string[]) => void;
}

/** Some variations of a flag, offered once its key is one. */
export const VariationsField = ({ app, flag, value, onChange }: VariationsFieldProps) => {
  const { account } = useSession();
  const found = useQuery(fewFlagsQuery(account, app, flag)).data ?? [];
  const known = found.some(({ key }) => key === flag);
  const stored = useQuery({ ...flagQuery(account, app, flag), enabled: known }).data;
  return (
    <TagsInput
      aria-label={strings.variations}
      placeholder={value.length === 0 ? strings.variationsHint : ''}
      data={Object.keys(stored?.variations ?? {})}
      value={[...value]}
      onChange={onChange}
      acceptValueOnBlur
      clearable
      flex={1}
      miw={150}
    />
  );
};
