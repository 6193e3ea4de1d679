import type { Queryable } from "./database.ts";

/**
 * Makes the planner of this transaction look at the values of each statement. A statement that comes often is prepared,
 * and then planned for an average workspace, which has a few hundred tasks: in one with 160 000 a page by the next run and
 * an outcome took 10 s.
 */
export async function planForValues(tx: Queryable): Promise<void> {
  await tx.query({
    name: "plan_for_values",
    text: "select set_config('plan_cache_mode', 'force_custom_plan', true)",
  });
}
