import { Badge } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { strings } from '../strings.ts';
import classes from './flags.module.css';

/** A tag, which leads to the flags that have it. */
export const TagLink = ({ app, tag }: { readonly app: string; readonly tag: string }) => (
  <Badge
    variant="light"
    size="sm"
    radius="sm"
    tt="none"
    title={strings.flags.filterTag(tag)}
    className={classes['tag'] ?? ''}
    renderRoot={(props) => <Link to="/apps/$app/flags" params={{ app }} search={{ tag }} {...props} />}
  >
    {tag}
  </Badge>
);
