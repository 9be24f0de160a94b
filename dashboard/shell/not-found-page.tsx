import { ApiError } from '../api.ts';
import { notFoundStrings } from '../strings/not-found.ts';
import { strings } from '../strings.ts';
import { Failure } from './states.tsx';
import { useTitle } from './title.ts';

/** An address that leads nowhere, within the frame: the way on is beside it. */
export const NotFoundPage = () => {
  useTitle(notFoundStrings.title);
  return <Failure whole error={new ApiError(404, [], strings.failure.noPage)} retry={() => undefined} />;
};
