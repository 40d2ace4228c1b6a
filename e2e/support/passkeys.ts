import type { Page } from 'playwright/test';
import { expect } from './journey.ts';

/** Gives the browser a device that makes and proves passkeys, with its owner's finger always on it. */
export async function plugInAuthenticator(page: Page): Promise<void> {
  const browser = await page.context().newCDPSession(page);
  await browser.send('WebAuthn.enable');
  await browser.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

/** Whoever is signed in gets a passkey, which proves from then on that it is them. */
export async function addPasskey(page: Page): Promise<void> {
  await plugInAuthenticator(page);
  await page.goto('/account/security');
  await page.getByLabel('Name of the new passkey').fill('Key of a journey');
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await expect(page.getByText('The passkey is added.')).toBeVisible();
}
