import type { SeedListing } from './types.ts';

/** Spices, books, maps and services. */
export const tradeListings: readonly SeedListing[] = [
  {
    name: 'pepper-tellicherry',
    seller: 'SpiceMerchant7',
    category: 'spices',
    title: 'Black pepper from Malabar, one pound',
    description:
      'Heavy dark berries, bought at Alexandria and sieved twice here; stalks and dust stay with us. One light Venetian pound in a waxed bag.\n\nThe ground pepper others sell for less weighs the same but is not only pepper.',
    priceMinor: 8_00n,
    stock: 240,
  },
  {
    name: 'saffron-aquila',
    seller: 'SpiceMerchant7',
    category: 'spices',
    title: 'Saffron of L’Aquila, half an ounce',
    description:
      'Whole red threads, dried over embers, without the yellow styles that make cheap saffron heavy. Smell it before you pay: honey first, then hay, then iron.',
    priceMinor: 36_00n,
    stock: 25,
  },
  {
    name: 'cinnamon-ceylon',
    seller: 'SpiceMerchant7',
    category: 'spices',
    title: 'Ceylon cinnamon, bundle of quills',
    description:
      'Thin quills rolled inside each other, pale and brittle. Forty quills to the bundle, cut to one length.',
    priceMinor: 11_50n,
    stock: 80,
  },
  {
    name: 'nutmeg-banda',
    seller: 'SpiceMerchant7',
    category: 'spices',
    title: 'Nutmegs of Banda, limed, a dozen',
    description:
      'Twelve sound nuts that do not rattle, limed against the worm. They have changed hands nine times before reaching you; this is the last.',
    priceMinor: 17_00n,
    stock: 48,
  },
  {
    name: 'theriac',
    seller: 'SpiceMerchant7',
    category: 'spices',
    title: 'Theriac of the Golden Head, sealed jar',
    description:
      'Sixty-four ingredients, mixed in public in August with the magistrates watching, then left to ripen for six years. The seal carries the year.\n\nWe sell it as a curiosity of the trade and promise nothing else.',
    priceMinor: 68_00n,
    stock: 6,
  },
  {
    name: 'ginger-green',
    seller: 'SpiceMerchant7',
    category: 'spices',
    title: 'Green ginger in honey, glazed pot',
    description:
      'Young ginger preserved at Calicut in its own syrup and topped here with acacia honey. One pot lasts a household the winter, unless there are children.',
    priceMinor: 13_20n,
    stock: 30,
  },
  {
    name: 'cloves-ternate',
    seller: 'SpiceMerchant7',
    category: 'spices',
    title: 'Cloves of Ternate, four ounces',
    description: 'Full heads, oily under the nail, with few stems. Kept in glass since they left the ship.',
    priceMinor: 14_80n,
    stock: 0,
  },
  {
    name: 'frankincense',
    seller: 'ScholarPriest',
    category: 'spices',
    title: 'Frankincense tears, first sort',
    description:
      'Pale, clean tears from Dhofar, received in payment of a debt to our house and more than the sacristy can burn. The second sort stays with us.',
    priceMinor: 19_00n,
    stock: 15,
  },
  {
    name: 'virgil-octavo',
    seller: 'TipografoAldo',
    category: 'books',
    title: 'Virgil in octavo, the small italic',
    description:
      'The whole of Virgil in a book that fits the hand and the sleeve, set in our italic, without commentary. For reading on a boat or in bed rather than on a lectern.\n\nPrinted on paper of Fabriano; binding in limp vellum.',
    priceMinor: 22_00n,
    stock: 45,
  },
  {
    name: 'aristotle-folio',
    seller: 'TipografoAldo',
    category: 'books',
    title: 'Aristotle in Greek, five volumes folio',
    description:
      'The complete works in the first Greek type worth the name. Five volumes, clean and large, with the errata corrected by pen in our shop.\n\nOne set came back from an estate and is offered here.',
    priceMinor: 880_00n,
    stock: 1,
  },
  {
    name: 'pacioli-summa',
    seller: 'TipografoAldo',
    category: 'books',
    title: 'Summa de arithmetica, with the chapter on accounts',
    description:
      'Fra Luca’s great book of arithmetic, geometry and proportion. Most buyers open it at the eleventh treatise, which explains how merchants of this city keep their books and why they sleep well.',
    priceMinor: 74_00n,
    stock: 8,
  },
  {
    name: 'hypnerotomachia',
    seller: 'TipografoAldo',
    category: 'books',
    title: 'The Strife of Love in a Dream, with woodcuts',
    description:
      'A strange text and the most beautiful book we have printed: 172 woodcuts, none of them signed. Complete, a little browned, with the leaf that is usually missing.',
    priceMinor: 460_00n,
    stock: 2,
  },
  {
    name: 'greek-grammar',
    seller: 'TipografoAldo',
    category: 'books',
    title: 'Greek grammar for beginners, with Latin facing',
    description:
      'Lascaris’s grammar with the Latin on the facing page, the alphabet and the common abbreviations. Teachers who order ten pay the carriage for one.',
    priceMinor: 6_40n,
    stock: 120,
  },
  {
    name: 'choirbook',
    seller: 'ScholarPriest',
    category: 'books',
    title: 'Odhecaton: one hundred songs, printed',
    description:
      'Songs in three and four parts, printed in three passes so that staves, notes and words agree. Some pages carry the fingering of a former owner who clearly played the lute.',
    priceMinor: 88_00n,
    stock: 3,
  },
  {
    name: 'herbal',
    seller: 'ScholarPriest',
    category: 'books',
    title: 'Herbal of the lagoon islands, manuscript copy',
    description:
      'Ninety plants of the barene and cloister gardens with their names in Venetian and Latin, copied by our novices and coloured from life. Samphire takes up four pages, deservedly.',
    priceMinor: 135_00n,
    stock: 2,
  },
  {
    name: 'book-of-tides',
    seller: 'ScholarPriest',
    category: 'books',
    title: 'Almanac of tides and bells',
    description:
      'High and low water at the Salute for every day of the year, the hours of the bells and the feast days on which nothing is unloaded. A new edition each December.',
    priceMinor: 3_00n,
    stock: null,
  },
  {
    name: 'barbari-view',
    seller: 'ScholarPriest',
    category: 'maps',
    title: 'View of Venice from the air, six blocks',
    description:
      'Every house, campanile and well of the city as a bird would see them, printed from six pearwood blocks on six sheets. Find your own roof; most people do within the hour.\n\nUnmounted, second state, with the new roof on the campanile.',
    priceMinor: 560_00n,
    stock: 2,
  },
  {
    name: 'portolan-adriatic',
    seller: 'ArsenaleWorks',
    category: 'maps',
    title: 'Portolan of the Adriatic on vellum',
    description:
      'From Corfu to Chioggia with soundings in the harbours and crosses where the bottom is foul. Drawn from the logs of eleven masters; the Dalmatian side is the better one.',
    priceMinor: 118_00n,
    stock: 7,
  },
  {
    name: 'channels-lagoon',
    seller: 'ArsenaleWorks',
    category: 'maps',
    title: 'Channels of the lagoon, with bricole',
    description:
      'The dredged channels and their posts from Torcello to Pellestrina, with the depth at the lowest tide of the year. Waxed, so that it may get wet, because it will.',
    priceMinor: 9_00n,
    stock: 70,
  },
  {
    name: 'ptolemy-world',
    seller: 'ScholarPriest',
    category: 'maps',
    title: 'World after Ptolemy, with the new islands',
    description:
      'A sheet that keeps the old projection and adds what the Genoese and Portuguese report, in red where two captains agree and dotted where they do not. The margin is left wide for what comes next.',
    priceMinor: 145_00n,
    stock: 4,
  },
  {
    name: 'fra-mauro-copy',
    seller: 'ScholarPriest',
    category: 'maps',
    title: 'Fra Mauro’s world, reduced copy',
    description:
      'A copy on one skin of the great map of San Michele, south at the top as he drew it, with three hundred of his legends in a legible hand. Two years’ work of one scribe, who asks not to be thanked.',
    priceMinor: 900_00n,
    stock: 1,
  },
  {
    name: 'road-book-germany',
    seller: 'TipografoAldo',
    category: 'maps',
    title: 'Road-book from the Fondaco to Augsburg',
    description:
      'Stages, inns, tolls and passes between the Fondaco dei Tedeschi and Augsburg, with what a mule costs in each valley. Corrected every spring by those who walked it.',
    priceMinor: 4_80n,
    stock: null,
  },
  {
    name: 'sestieri-plan',
    seller: 'TipografoAldo',
    category: 'maps',
    title: 'Plan of the six sestieri, coloured',
    description:
      'Parishes, ferries, wells and bridges, each sestiere washed in its own tint. Folded into boards it fits a coat pocket; strangers stop asking the way after two days.',
    priceMinor: 7_20n,
    stock: 95,
  },
  {
    name: 'crete-candia-chart',
    seller: 'ArsenaleWorks',
    category: 'maps',
    title: 'Harbour chart of Candia',
    description:
      'The mole, the castle, the galley sheds and the anchorage in fathoms, surveyed for the Republic’s engineers and released this year. Shows the rock that the older charts forget.',
    priceMinor: 33_00n,
    stock: 10,
  },
  {
    name: 'letter-writing',
    seller: 'ScholarPriest',
    category: 'services',
    title: 'A letter written in Latin or Tuscan',
    description:
      'Tell me what you want to say and to whom; you receive a fair copy on good paper, sealed if you wish. Petitions, condolences, requests for payment. I refuse love letters to married persons.\n\nReady within two days.',
    priceMinor: 5_00n,
    stock: null,
  },
  {
    name: 'greek-lessons',
    seller: 'ScholarPriest',
    category: 'services',
    title: 'Greek lessons, four mornings',
    description:
      'Four mornings of two hours at the cloister of San Michele, for one pupil or two. You will read the first page of Xenophon at the end of it. Bring your own candle from November on.',
    priceMinor: 28_00n,
    stock: 5,
  },
  {
    name: 'books-audit',
    seller: 'SpiceMerchant7',
    category: 'services',
    title: 'Audit of a merchant’s books',
    description:
      'I go through your journal and ledger of one year, balance them, and hand you a list of every entry I could not follow. Discreet, and usually cheaper than what the list finds.',
    priceMinor: 160_00n,
    stock: 3,
  },
  {
    name: 'cargo-inspection',
    seller: 'SpiceMerchant7',
    category: 'services',
    title: 'Inspection of a spice cargo on arrival',
    description:
      'Weighing, sampling and a written opinion on quality and adulteration before you sign for it. At the Dogana or on board, the same day when you send word by the third hour.',
    priceMinor: 42_00n,
    stock: null,
  },
  {
    name: 'caulking',
    seller: 'ArsenaleWorks',
    category: 'services',
    title: 'Caulking and tarring of a small boat',
    description:
      'Out of the water, scraped, caulked with oakum, tarred and back within four days. For boats up to nine metres; larger ones by agreement. The smell leaves after a week.',
    priceMinor: 39_00n,
    stock: 8,
  },
  {
    name: 'printing-handbills',
    seller: 'TipografoAldo',
    category: 'services',
    title: 'Two hundred handbills, set and printed',
    description:
      'One side, up to eighty words, with one ornament of your choice. A proof comes on the second day and the rest on the fourth. We correct your spelling unless you forbid it.',
    priceMinor: 16_50n,
    stock: null,
  },
  {
    name: 'lace-repair',
    seller: 'LaceOfBurano',
    category: 'services',
    title: 'Repair of old lace, per hand’s breadth',
    description:
      'Torn bars and lost grounds made good in thread of the same age where we have it. You see a drawing before we begin. Price for each hand’s breadth, so count twice.',
    priceMinor: 10_00n,
    stock: null,
  },
  {
    name: 'furnace-visit',
    seller: 'MuranoGlass',
    category: 'services',
    title: 'An afternoon at the furnace',
    description:
      'Watch a goblet made from the first gather to the last touch of the shears, and try one gather yourself, which you may keep in whatever shape it takes. For up to three visitors; the boat from the Fondamente Nove is included.',
    priceMinor: 23_00n,
    stock: 6,
  },
];
