import type { Scope } from "../../session/rules.ts";

export interface Section {
  readonly group: "Workspace" | "Agents" | "Yours";
  readonly label: string;
  readonly to:
    | "/settings/workspace"
    | "/settings/members"
    | "/settings/api-keys"
    | "/settings/budgets"
    | "/settings/audit-log"
    | "/settings/demo"
    | "/settings/model-providers"
    | "/settings/tools"
    | "/settings/knowledge"
    | "/settings/notifications";
  /** Without this the API would refuse all of it. */
  readonly needs: Scope;
}

export const sections: readonly Section[] = [
  { group: "Workspace", label: "Workspace", to: "/settings/workspace", needs: "read" },
  { group: "Workspace", label: "Members", to: "/settings/members", needs: "read" },
  { group: "Workspace", label: "API keys", to: "/settings/api-keys", needs: "admin" },
  { group: "Workspace", label: "Budgets", to: "/settings/budgets", needs: "read" },
  { group: "Workspace", label: "Audit log", to: "/settings/audit-log", needs: "admin" },
  { group: "Workspace", label: "Demo data", to: "/settings/demo", needs: "read" },
  { group: "Agents", label: "Model providers", to: "/settings/model-providers", needs: "read" },
  { group: "Agents", label: "Tools", to: "/settings/tools", needs: "read" },
  { group: "Agents", label: "Knowledge", to: "/settings/knowledge", needs: "read" },
  { group: "Yours", label: "Notifications", to: "/settings/notifications", needs: "read" },
];
