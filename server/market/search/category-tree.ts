import type { Clock } from '#server/platform/clock.ts';
import type { Database, Db } from '#server/platform/db.ts';
import { once } from '#server/platform/once.ts';

/** What reading from the market's search takes. */
export interface SearchDeps {
  db: Db;
  database: Pick<Database, 'runPrepared' | 'runPlanned'>;
  clock: Clock;
}

export interface CategoryNode {
  slug: string;
  parentSlug: string | null;
  nameEn: string;
  nameIt: string;
}

/** The categories, which change by the hand of an operator only. */
export interface CategoryTree {
  nodes: readonly CategoryNode[];
  /** The category and everything below it; empty when there is no such category. */
  below(slug: string): readonly string[];
  /** From the parent of the category upwards. */
  above(slug: string): readonly string[];
}

interface Kept {
  tree: CategoryTree;
  readAt: number;
}

const keptMs = 5_000;
const treeQuery = {
  name: 'market_category_tree',
  text: `SELECT slug, parent_slug AS "parentSlug", name_en AS "nameEn", name_it AS "nameIt"
           FROM category ORDER BY position, slug`,
};

/** The tree of categories, at most five seconds old. */
export async function categoryTree({ database, clock }: Pick<SearchDeps, 'database' | 'clock'>): Promise<CategoryTree> {
  const trees = once('market.category-trees', () => new WeakMap<object, Kept>());
  const kept = trees.get(database);
  const now = clock.now().getTime();
  if (kept !== undefined && Math.abs(now - kept.readAt) < keptMs) return kept.tree;
  const tree = treeOf(await database.runPrepared<CategoryNode>(treeQuery, []));
  trees.set(database, { tree, readAt: now });
  return tree;
}

function treeOf(nodes: readonly CategoryNode[]): CategoryTree {
  const below = new Map(nodes.map(({ slug }) => [slug, [slug]]));
  for (const { slug } of nodes) {
    for (const ancestor of ancestorsOf(nodes, slug)) below.get(ancestor)?.push(slug);
  }
  return { nodes, below: (slug) => below.get(slug) ?? [], above: (slug) => ancestorsOf(nodes, slug) };
}

/** From the parent upwards; ends also where rows should name each other in a circle. */
function ancestorsOf(nodes: readonly CategoryNode[], slug: string): string[] {
  const parents = new Map(nodes.map((node) => [node.slug, node.parentSlug]));
  const found: string[] = [];
  for (let at = parents.get(slug) ?? null; at !== null && at !== slug && !found.includes(at);) {
    found.push(at);
    at = parents.get(at) ?? null;
  }
  return found;
}
