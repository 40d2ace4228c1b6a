import type { SeedListing } from './types.ts';

/** Glass, textiles, instruments and patterns. */
export const craftListings: readonly SeedListing[] = [
  {
    name: 'goblet-cristallo',
    seller: 'MuranoGlass',
    category: 'glass',
    title: 'Goblet of cristallo, blown thin',
    description:
      'A wine goblet of clear cristallo on a hollow baluster stem, blown at our furnace on the Rio dei Vetrai. The bowl is thin enough to ring for four seconds.\n\nEach piece is signed under the foot with a diamond point. Small seeds in the glass are the mark of the hand, not a fault.',
    priceMinor: 34_00n,
    stock: 12,
  },
  {
    name: 'lattimo-bowl',
    seller: 'MuranoGlass',
    category: 'glass',
    title: 'Lattimo bowl with enamelled border',
    description:
      'Milk-white glass in the manner of porcelain, with a border of blue scales and gold dots fired twice. Made to be used: it holds fruit, letters or a quantity of keys.\n\nTwenty-two centimetres across.',
    priceMinor: 78_00n,
    stock: 4,
  },
  {
    name: 'reticello-plate',
    seller: 'MuranoGlass',
    category: 'glass',
    title: 'Reticello plate, one of one',
    description:
      'Two gathers of white cane twisted against each other, so that every mesh of the net holds one small bubble of air. Our master made three in the spring; two did not survive the annealing.\n\nThis is the third. It will not be repeated.',
    priceMinor: 420_00n,
    stock: 1,
  },
  {
    name: 'window-roundels',
    seller: 'MuranoGlass',
    category: 'glass',
    title: 'Window roundels, by the dozen',
    description:
      'Rui for leaded windows: twelve clear discs of eleven centimetres, sorted so that the tint matches across one casement. Sold by the dozen, packed in straw.\n\nA middling window takes four dozen. Ask if you need them cut for the corners.',
    priceMinor: 18_50n,
    stock: 90,
  },
  {
    name: 'spectacle-lenses',
    seller: 'MuranoGlass',
    category: 'glass',
    title: 'Pair of ground reading lenses',
    description:
      'Two convex lenses ground from clear glass and polished with tripoli, matched in strength. Tell us the distance at which you hold a book and we choose the grind.\n\nThe frame is not included; the instrument makers by the Rialto fit them while you wait.',
    priceMinor: 26_00n,
    stock: 20,
  },
  {
    name: 'millefiori-beads',
    seller: 'MuranoGlass',
    category: 'glass',
    title: 'Millefiori beads, a string of forty',
    description:
      'Forty beads cut from rosette cane in red, white and lagoon blue, ground to a barrel shape. They travel well and are accepted as a gift from here to Aleppo.',
    priceMinor: 9_80n,
    stock: 150,
  },
  {
    name: 'lagoon-mirror',
    seller: 'MuranoGlass',
    category: 'glass',
    title: 'Mirror with bevelled edge, framed in pearwood',
    description:
      'A flat plate of crystal glass, silvered with tin and mercury by the German method and bevelled by hand. The frame is plain blackened pearwood, so that the glass does the talking.\n\nForty by fifty-five centimetres. Carried to your door by two men, never by one.',
    priceMinor: 640_00n,
    stock: 2,
  },
  {
    name: 'hourglass-half',
    seller: 'MuranoGlass',
    category: 'glass',
    title: 'Half-hour glass for ship or study',
    description:
      'Two bulbs joined with waxed thread over a brass disc, filled with powdered marble that does not clog in damp air. Tested against the bells of San Marco for a full day; the error is under twenty seconds.',
    priceMinor: 15_00n,
    stock: 16,
  },
  {
    name: 'burano-collar',
    seller: 'LaceOfBurano',
    category: 'textiles',
    title: 'Collar in punto in aria',
    description:
      'Needle lace without a ground, worked on parchment by three hands over eleven weeks: one draws, one makes the bars, one fills. The pattern is pomegranates and small birds.\n\nWash it in rain water and dry it flat.',
    priceMinor: 310_00n,
    stock: 1,
  },
  {
    name: 'linen-handkerchiefs',
    seller: 'LaceOfBurano',
    category: 'textiles',
    title: 'Six linen handkerchiefs, drawn-thread hem',
    description:
      'Fine bleached linen from Flanders, hemmed here with a drawn-thread border of four millimetres. Initials can be worked in white: say which two letters when you order.',
    priceMinor: 12_40n,
    stock: 35,
  },
  {
    name: 'velvet-crimson',
    seller: 'LaceOfBurano',
    category: 'textiles',
    title: 'Crimson velvet, one arm’s length',
    description:
      'Silk velvet of the city’s own looms, dyed with kermes and finished with the steel comb. The pile is close enough that it does not mark under the thumb.\n\nSold by the arm’s length of 68 centimetres; longer pieces are cut from one bolt.',
    priceMinor: 46_00n,
    stock: 60,
  },
  {
    name: 'silk-sash-lagoon',
    seller: 'SpiceMerchant7',
    category: 'textiles',
    title: 'Damask sash from the Aleppo caravan',
    description:
      'Blue and straw-coloured silk with a woven border of tulips, a little over two metres. It came with the same caravan as our pepper and was kept well away from it.',
    priceMinor: 58_00n,
    stock: 7,
  },
  {
    name: 'winter-cloak',
    seller: 'LaceOfBurano',
    category: 'textiles',
    title: 'Winter tabarro of fulled wool',
    description:
      'A round cloak cut from one piece of Bergamo wool, fulled until it turns the rain. Black, with a plain pewter clasp, long enough for a cold night on the water.\n\nGive us your height; the hem is sewn last.',
    priceMinor: 92_00n,
    stock: 9,
  },
  {
    name: 'fishing-net',
    seller: 'LaceOfBurano',
    category: 'textiles',
    title: 'Hemp fishing net, mesh of two fingers',
    description:
      'The women who make lace in the morning make nets in the afternoon; the knot is nearly the same. Tarred hemp, twelve metres, with corks and clay weights.\n\nRepairs are free in the first season.',
    priceMinor: 21_00n,
    stock: 11,
  },
  {
    name: 'altar-linen',
    seller: 'LaceOfBurano',
    category: 'textiles',
    title: 'Table linen with reticella border',
    description:
      'A cloth for a long table, three metres by one and a half, with a border of cut-work reticella. Woven damask ground, visible only when the light comes from the side.',
    priceMinor: 175_00n,
    stock: 3,
  },
  {
    name: 'sailcloth-bolt',
    seller: 'ArsenaleWorks',
    category: 'textiles',
    title: 'Bolt of fustian sailcloth',
    description:
      'Cotton on a linen warp, the cloth of the galleys’ fair-weather sails. Thirty metres, one metre wide, unbleached. What the Arsenale does not take this year is sold here, with its stamp.',
    priceMinor: 64_00n,
    stock: 14,
  },
  {
    name: 'mariner-astrolabe',
    seller: 'ArsenaleWorks',
    category: 'instruments',
    title: 'Mariner’s astrolabe, cast brass',
    description:
      'A heavy open ring that hangs still in the wind, divided to half degrees, with an alidade that keeps its place. Checked against the pole star from the tower of San Giorgio.\n\nComes in a leather case with the table of the sun’s declination for four years.',
    priceMinor: 240_00n,
    stock: 3,
  },
  {
    name: 'dry-compass',
    seller: 'ArsenaleWorks',
    category: 'instruments',
    title: 'Boxed compass with thirty-two winds',
    description:
      'A card of thirty-two winds on a steel needle, balanced for these waters, under glass in a turned box. The needle is touched with the stone again without charge whenever you are in port.',
    priceMinor: 38_00n,
    stock: 18,
  },
  {
    name: 'proportional-dividers',
    seller: 'ArsenaleWorks',
    category: 'instruments',
    title: 'Dividers of steel, one-handed',
    description:
      'The pilot’s dividers: crossed bows, so that one hand opens and closes them while the other holds the chart. Points hardened and ground; a spare pair lies in the case.',
    priceMinor: 14_00n,
    stock: 40,
  },
  {
    name: 'lute-seven-course',
    seller: 'ArsenaleWorks',
    category: 'instruments',
    title: 'Lute of seven courses, yew and spruce',
    description:
      'Eleven ribs of shaded yew, a belly of Val di Fiemme spruce, a rose after the old German pattern. Built by a shipwright’s son who found that small hulls suit him better.\n\nStrung in gut, with a case. Please play it before you judge the price.',
    priceMinor: 380_00n,
    stock: 1,
  },
  {
    name: 'bilancia-scales',
    seller: 'ArsenaleWorks',
    category: 'instruments',
    title: 'Merchant’s scales with stamped weights',
    description:
      'A folding balance for coin and spice with eleven weights from one carat to six ounces, each stamped by the office of the Giustizieri. Sensitive to a grain of rice.',
    priceMinor: 29_50n,
    stock: 22,
  },
  {
    name: 'perspective-glass',
    seller: 'ArsenaleWorks',
    category: 'instruments',
    title: 'Perspective glass, magnifying nine times',
    description:
      'Two lenses in a tube of pasteboard and red leather, drawn out to sharpen. From the Lido it shows the colours of a ship two hours before she enters harbour, which is worth money to those who insure her.',
    priceMinor: 195_00n,
    stock: 5,
  },
  {
    name: 'table-clock',
    seller: 'ArsenaleWorks',
    category: 'instruments',
    title: 'Table clock with alarm, one hand',
    description:
      'A drum of gilt brass, wound once a day, that strikes the Italian hours counted from sunset. The alarm is loud enough for a heavy sleeper and has a felt for the considerate.',
    priceMinor: 520_00n,
    stock: 2,
  },
  {
    name: 'forcola-ash',
    seller: 'ArsenaleWorks',
    category: 'instruments',
    title: 'Forcola of walnut for a single oar',
    description:
      'An oar-post carved from one quarter of a walnut trunk that dried for three years. Eight resting places for the oar: forward, back, turn, brake and those you will find yourself.\n\nBring your boat, or a plan of its socket.',
    priceMinor: 47_00n,
    stock: 6,
  },
  {
    name: 'pattern-lace-pomegranate',
    seller: 'LaceOfBurano',
    category: 'patterns',
    title: 'Pricked lace pattern: pomegranate border',
    description:
      'The drawing of our best-known border, pricked and ready to work, with notes on the order of the bars and which thread we use. For your own needle; please do not sell it on.',
    priceMinor: 6_00n,
    stock: null,
  },
  {
    name: 'pattern-lace-birds',
    seller: 'LaceOfBurano',
    category: 'patterns',
    title: 'Pricked lace pattern: birds of the lagoon',
    description:
      'Egret, stilt and little grebe in a repeat of nine centimetres. Harder than it looks; the legs are worked last. Two sheets and a page of advice.',
    priceMinor: 7_50n,
    stock: null,
  },
  {
    name: 'pattern-italic-hand',
    seller: 'TipografoAldo',
    category: 'patterns',
    title: 'Copy-book of the italic hand',
    description:
      'Sixteen models of the chancery hand, from the single stroke to a full letter, drawn by a retired secretary of the Senate. Meant to be traced, then forgotten.',
    priceMinor: 5_20n,
    stock: null,
  },
  {
    name: 'pattern-gondola-lines',
    seller: 'ArsenaleWorks',
    category: 'patterns',
    title: 'Lines of a gondola, full set of moulds',
    description:
      'The cantieri of three ribs with their marks, drawn at one to ten, with the table that derives all the other ribs from them. A careful carpenter can build from these sheets without ever having seen the boat.',
    priceMinor: 55_00n,
    stock: null,
  },
  {
    name: 'pattern-sandolo',
    seller: 'ArsenaleWorks',
    category: 'patterns',
    title: 'Plan of a sandolo for two oars',
    description:
      'A flat boat of seven metres that one person can carry over a mud bank. Four sheets, list of timber, and the order of work for six weekends.',
    priceMinor: 24_00n,
    stock: null,
  },
  {
    name: 'pattern-millefiori-cane',
    seller: 'MuranoGlass',
    category: 'patterns',
    title: 'Cane recipes: twelve rosettes in section',
    description:
      'Sections of twelve canes with the order of gathers and moulds. No colours are given: those are forbidden to leave the island, and rightly so.',
    priceMinor: 32_00n,
    stock: null,
  },
  {
    name: 'pattern-ledger-forms',
    seller: 'SpiceMerchant7',
    category: 'patterns',
    title: 'Ruled forms for double-entry books',
    description:
      'Memorial, journal and ledger, ruled the way Fra Luca describes, with a worked example: one cargo of pepper from Alexandria to the last soldo. The books balance; you may check.',
    priceMinor: 4_00n,
    stock: null,
  },
  {
    name: 'pattern-printers-flowers',
    seller: 'TipografoAldo',
    category: 'patterns',
    title: 'Printer’s flowers, forty arabesques',
    description:
      'Forty ornaments that join into borders of any length, drawn on a grid of twenty-four units. Cut them in wood or brass, or simply look at them for an evening.',
    priceMinor: 11_00n,
    stock: null,
  },
];
