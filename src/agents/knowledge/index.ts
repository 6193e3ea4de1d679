export { knowledgeRoutes } from "./http.ts";
export { findMissingKnowledge, listKnowledgeTitles } from "./knowledge.ts";
export { searchKnowledgeTool } from "./search-tool.ts";
