import type { ApiForm } from "../../../components/form/index.ts";
import type { AgentValues } from "./values.ts";

/** What every group of fields gets. */
export interface FieldsProps {
  readonly form: ApiForm<AgentValues>["form"];
}
