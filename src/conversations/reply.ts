/**
 * What every reply execution is. The agents module runs the kind; conversations only queue it. A reply's trigger is
 * `api`: the contact's side asked for it from outside, and neither a schedule, a member nor an agent did.
 */
export const replyKind = { kind: "reply", lane: "reply", trigger: "api" } as const;
