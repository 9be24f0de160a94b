import { Badge } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { strings } from '../strings.ts';
import { flagSearchOf } from './flag-search.ts';
import classes from './flags.module.css';

/** A tag, which leads to the flags that have it. */
export const TagLink = ({ app, tag }: { readonly app: string; readonly tag: string }) => (
  <Badge
    variant="light"
    size="sm"
    h={24}
    radius="sm"
    tt="none"
    title={strings.flags.filterTag(tag)}
    className={classes['tag'] ?? ''}
    renderRoot={(props) => (
      <Link
        to="/apps/$app/flags"
        params={{ app }}
        // On the list it narrows further; from a flag's page it begins anew.
        search={(before) => {
          const search = flagSearchOf({ ...before });
          return flagSearchOf({ ...search, tag: [...(search.tag ?? []), tag] });
        }}
        {...props}
      />
    )}
  >
    <bdi>{tag}</bdi>
  </Badge>
);
