import { dataFolder } from './paths.mjs';

/** One citizen per tier, a seller and two operators. They are the ones that the sandbox and the seed know. */
const demoCitizens = [
  ['NLR', 'Niccolò Loredan', 'buys, tier enterprise (Nobili)'],
  ['bigbosefx', 'Bartolomeo Sforza', 'buys, tier creator (Cittadini)'],
  ['ElenaVeneziana', 'Elena Corner', 'buys, tier participant (Popolani)'],
  ['PescatoreNuovo', 'Zuane Schiavon', 'buys, tier observer (Facchini)'],
  ['SpiceMerchant7', 'Marin Contarini', 'sells'],
  ['DogeAuditor', 'Caterina Gritti', 'operator'],
  ['rialto_banker', 'Alvise Pisani', 'operator (a correction needs two)'],
];

/** What a newcomer needs to know once everything runs. */
export function banner({ appUrl, veniceUrl, stripeUrl, cluster, env, embedded }, { seconds }) {
  const lines = ['', `CASCADE is running (${seconds} s)`, '', row('Open', appUrl)];
  if (embedded.venice) {
    lines.push('', 'Sign in as one of these (no password, the Venice sandbox asks who you are)');
    for (const [username, name, what] of demoCitizens)
      lines.push(`  ${username.padEnd(16)} ${name.padEnd(18)} ${what}`);
  }
  if (embedded.stripe) lines.push('', row('Pay with', '4242 4242 4242 4242, any future date, any CVC'));
  lines.push('');
  if (veniceUrl !== null) lines.push(row('Venice sandbox', `${veniceUrl}/sandbox`));
  if (stripeUrl !== null) lines.push(row('Stripe sandbox', `${stripeUrl}/_sandbox`));
  lines.push(row('Database', cluster ?? withoutPassword(env.DATABASE_URL)));
  lines.push(row('Data and logs', dataFolder), '');
  lines.push(row('Stop', 'Ctrl-C (the data stays)'), row('Start over', 'npm run up -- --fresh'), '');
  return lines.join('\n');
}

function row(title, text) {
  return `  ${title.padEnd(16)} ${text}`;
}

function withoutPassword(url) {
  try {
    const address = new URL(url);
    address.password = '';
    return address.href;
  } catch {
    return 'DATABASE_URL';
  }
}
