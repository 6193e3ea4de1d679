export { ChoiceFilter, FlagFilter } from "./choice-filter.tsx";
export { FilterBar } from "./filter-bar.tsx";
