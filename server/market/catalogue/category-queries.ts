import { attributeKinds, namedValue } from '#server/market/catalogue/details-schema.ts';
import type { CategoryAttributeView, CategoryNode } from '#server/market/catalogue/details-schema.ts';
import type { Db } from '#server/platform/db.ts';
import { z } from '#server/platform/zod.ts';

/** More than the house will ever have; migrations make them. */
const categoriesMax = 500;
const attributesOfAllMax = 5_000;

const stored = { kind: z.enum(attributeKinds), choices: z.array(namedValue) } as const;

/** The whole tree, every category before its children, each with all that it asks about a listing. */
export async function categoryTree(db: Db): Promise<CategoryNode[]> {
  const [categories, attributes] = await Promise.all([
    db.category.findMany({
      orderBy: [{ position: 'asc' }, { slug: 'asc' }],
      take: categoriesMax,
      select: { slug: true, parentSlug: true, nameEn: true, nameIt: true },
    }),
    db.categoryAttribute.findMany({
      orderBy: [{ position: 'asc' }, { key: 'asc' }],
      take: attributesOfAllMax,
      omit: { position: true },
    }),
  ]);
  const nodes: CategoryNode[] = [];
  const add = (parentSlug: string | null, inherited: readonly CategoryAttributeView[]) => {
    for (const category of categories.filter((each) => each.parentSlug === parentSlug)) {
      const own = attributes.filter(({ categorySlug }) => categorySlug === category.slug).map(attributeOf);
      const all = [...inherited, ...own];
      nodes.push({ ...category, attributes: all });
      add(category.slug, all);
    }
  };
  add(null, []);
  return nodes;
}

/** What a category and all above it ask about a listing; null where there is no such category. */
export async function attributesAsked(db: Db, slug: string): Promise<CategoryAttributeView[] | null> {
  const branch = slug.split('-').map((_part, index, parts) => parts.slice(0, index + 1).join('-'));
  const rows = await db.category.findMany({
    where: { slug: { in: branch } },
    orderBy: { slug: 'asc' },
    select: { slug: true, attributes: { orderBy: { position: 'asc' } } },
  });
  if (rows.every((row) => row.slug !== slug)) return null;
  return rows.flatMap((row) => row.attributes.map(attributeOf));
}

interface AttributeRow {
  key: string;
  nameEn: string;
  nameIt: string;
  kind: string;
  choices: unknown;
  unit: string | null;
}

function attributeOf({ key, nameEn, nameIt, kind, choices, unit }: AttributeRow): CategoryAttributeView {
  return { key, nameEn, nameIt, kind: stored.kind.parse(kind), choices: stored.choices.parse(choices), unit };
}
