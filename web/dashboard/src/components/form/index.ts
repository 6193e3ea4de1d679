export { changedFields } from "./changed-fields.ts";
export { type DurationValue, toDuration, toSeconds } from "./duration.ts";
export { DurationField } from "./duration-field.tsx";
export { Form } from "./form-page.tsx";
export { useJsonFaults } from "./json-faults.ts";
export { JsonField } from "./json-field.tsx";
export { MetaField, OwnFields } from "./own-fields.tsx";
export { ReadableForm } from "./readable-form.tsx";
export { type ApiForm, useApiForm } from "./use-api-form.ts";
