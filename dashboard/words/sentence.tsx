import { Link } from '@tanstack/react-router';
import { LongText } from '../shell/long-text.tsx';
import classes from './sentence.module.css';
import type { Named, Words } from './words.ts';

const PAGES = { flag: '/apps/$app/flags/$key', segment: '/apps/$app/segments/$key' } as const;

const NamedLink = ({
  app,
  of,
  text,
}: {
  readonly app: string;
  readonly of: Named;
  readonly text: string;
}) => (
  <Link to={PAGES[of.kind]} params={{ app, key: of.key }} className={classes['link']}>
    {text}
  </Link>
);

interface SentenceProps {
  readonly words: Words;
  /** A long value is cut until it is opened; not where the sentence as a whole is cut. */
  readonly cut?: boolean;
  /** The app whose flags and segments it names: these lead to their pages. */
  readonly app?: string;
}

/** Words on the screen: attributes, values and variations stand out, the text stays the same for a screen reader. */
export const Sentence = ({ words, cut = false, app }: SentenceProps) => (
  <span className={classes['sentence']}>
    {words.map((word, index) => {
      // What somebody named or typed may run the other way, and must not turn the sentence around it.
      const Piece = word.kind === 'plain' ? 'span' : 'bdi';
      return (
        // biome-ignore lint/suspicious/noArrayIndexKey: the words of a sentence have no other identity than their place.
        <Piece key={index} className={classes[word.kind]}>
          {app !== undefined && word.of !== undefined ? (
            <NamedLink app={app} of={word.of} text={word.text} />
          ) : cut && word.kind !== 'plain' ? (
            <LongText text={word.text} />
          ) : (
            word.text
          )}
        </Piece>
      );
    })}
  </span>
);
