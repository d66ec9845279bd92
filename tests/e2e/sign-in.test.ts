import { expect, test } from 'vitest';
import { PASSWORD } from '@/tests/support/person';
import { setStage } from './stage';

const stage = setStage();

test('pages for people who are signed in send everybody else to the login page, and back afterwards', async () => {
  const ana = await stage.person('Ana');
  for (const path of ['/connect', '/chats', '/settings']) {
    await ana.page.goto(path);
    expect(ana.page.url()).toBe(`${stage.server.url}/login?next=${encodeURIComponent(path)}`);
  }
  await ana.register();
  const other = await stage.person('Otra');
  await other.page.goto('/settings');
  await other.fillIn({ email: ana.email, password: PASSWORD });
  await other.page.getByRole('button', { name: other.words.auth.login.submit }).click();
  await other.page.waitForURL('**/settings');
  await other.page.getByRole('heading', { name: other.words.settings.title }).waitFor();
});

test('what is wrong is said in words, beside the field where there is one', async () => {
  const beto = await stage.person('Beto');
  await beto.register();
  const stranger = await stage.person('Desconocido');
  const { error, field } = stranger.words.auth;
  const submit = () => stranger.page.getByRole('button', { name: stranger.words.auth.login.submit }).click();
  await stranger.page.goto('/login');
  await submit();
  await stranger.page.getByText(field.email).waitFor();
  await stranger.page.getByText(field.passwordMissing).waitFor();
  // a wrong password and an unknown address read the same
  for (const email of [beto.email, 'nadie@example.com']) {
    await stranger.page.goto('/login');
    await stranger.fillIn({ email, password: 'no-es-esta-clave' });
    await submit();
    await stranger.page.getByRole('alert').getByText(error.INVALID_CREDENTIALS).waitFor();
  }
  await stranger.page.goto('/register');
  await stranger.fillIn({ name: 'Beto', email: beto.email.toUpperCase(), password: PASSWORD });
  await stranger.page.getByRole('button', { name: stranger.words.auth.register.submit }).click();
  await stranger.page.getByText('Ya hay una cuenta con ese correo.').waitFor();
  expect(stranger.takeTroubles([/status of (401|409)/])).toEqual([]);
});

test('after five wrong passwords even the right one has to wait', async () => {
  const carla = await stage.person('Carla');
  await carla.register();
  const thief = await stage.person('Ladrona');
  const attempt = async (password: string) => {
    await thief.fillIn({ email: carla.email, password });
    await thief.page.getByRole('button', { name: thief.words.auth.login.submit }).click();
  };
  await thief.page.goto('/login');
  const answered = () => thief.page.waitForResponse((response) => response.url().includes('/api/auth/callback'));
  for (let count = 1; count <= 5; count += 1) await Promise.all([answered(), attempt(`no-es-la-${count}`)]);
  await attempt(PASSWORD);
  await thief.page.getByRole('alert').getByText(thief.words.auth.error.TOO_MANY_ATTEMPTS).waitFor();
  expect(thief.takeTroubles([/status of (401|429)/])).toEqual([]);
});

test('signing out ends the session: every open page leaves, and its cookie opens nothing any more', async () => {
  const dora = await stage.person('Dora');
  await dora.register();
  await dora.page.goto('/chats');
  const tab = await dora.page.context().newPage();
  await tab.goto('/connect');
  await tab.getByTestId('connection-status').waitFor();
  const cookies = await dora.page.context().cookies();

  await dora.page.getByRole('button', { name: dora.words.nav.account, exact: true }).click();
  await dora.page.getByRole('menuitem', { name: dora.words.nav.logout }).click();
  await dora.page.waitForURL('**/login');
  await tab.waitForURL('**/login**');

  await dora.page.context().addCookies(cookies);
  await dora.page.goto('/chats');
  await dora.page.waitForURL('**/login**');
  expect(dora.takeTroubles([/status of 401/])).toEqual([]);

  await dora.page.context().clearCookies();
  await dora.login();
  await dora.page.getByRole('navigation', { name: dora.words.nav.main }).waitFor();
});
