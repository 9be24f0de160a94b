import { LongText } from '../shell/long-text.tsx';
import classes from './sentence.module.css';
import type { Words } from './words.ts';

interface SentenceProps {
  readonly words: Words;
  /** A long value is cut until it is opened; not where the sentence as a whole is cut. */
  readonly cut?: boolean;
}

/** Words on the screen: attributes, values and variations stand out, the text stays the same for a screen reader. */
export const Sentence = ({ words, cut = false }: SentenceProps) => (
  <span className={classes['sentence']}>
    {words.map((word, index) => {
      // What somebody named or typed may run the other way, and must not turn the sentence around it.
      const Piece = word.kind === 'plain' ? 'span' : 'bdi';
      return (
        // biome-ignore lint/suspicious/noArrayIndexKey: the words of a sentence have no other identity than their place.
        <Piece key={index} className={classes[word.kind]}>
          {cut && word.kind !== 'plain' ? <LongText text={word.text} /> : word.text}
        </Piece>
      );
    })}
  </span>
);
