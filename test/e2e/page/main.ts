/** A browser page that shows the old or the new checkout, as somebody who installs Halyard would write it. */
import { HalyardWebProvider } from '@halyard/providers/web';
import { OpenFeature, ProviderEvents } from '@openfeature/web-sdk';

const settings = new URLSearchParams(location.search);

await OpenFeature.setContext({
  targetingKey: settings.get('user') ?? 'anonymous',
  plan: settings.get('plan') ?? 'free',
});
await OpenFeature.setProviderAndWait(
  new HalyardWebProvider({ url: settings.get('flags') ?? '', token: settings.get('token') ?? '' }),
);

const flags = OpenFeature.getClient();
const show = (): void => {
  document.body.textContent = flags.getBooleanValue('new-checkout', false) ? 'new checkout' : 'old checkout';
};
flags.addHandler(ProviderEvents.ConfigurationChanged, show);
show();
