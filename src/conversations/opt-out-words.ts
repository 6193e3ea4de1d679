/** Commands of one language, folded, and how the end of messages is confirmed in it. */
interface Words {
  readonly stop: readonly string[];
  readonly start: readonly string[];
  readonly confirmation: string;
}

/**
 * Only words that mean nothing else as a whole message: "cancel", "end" or "quit", which text message services also
 * take, are ordinary answers to an agent's question.
 */
const languages: readonly Words[] = [
  {
    stop: ["stop", "stop all", "stopall", "unsubscribe", "opt out", "opt-out", "optout"],
    start: ["start", "unstop", "subscribe"],
    confirmation: "You will get no more messages from us. Write START if you change your mind.",
  },
  {
    stop: ["стоп", "отписаться", "отписка", "отпишите меня"],
    start: ["старт", "подписаться"],
    confirmation: "Мы больше не будем вам писать. Если передумаете, напишите СТАРТ.",
  },
  {
    stop: ["stopp", "abmelden", "abbestellen"],
    start: ["anmelden"],
    confirmation: "Sie erhalten keine Nachrichten mehr von uns. Mit START können Sie das ändern.",
  },
  {
    stop: ["baja", "darse de baja", "darme de baja"],
    start: ["alta"],
    confirmation: "No recibirá más mensajes nuestros. Escriba START si cambia de opinión.",
  },
  {
    stop: ["désabonner", "me désabonner", "désinscription"],
    start: ["réabonner"],
    confirmation: "Vous ne recevrez plus de messages de notre part. Écrivez START si vous changez d'avis.",
  },
];

export type OptOutCommand =
  | { readonly command: "stop"; readonly confirmation: string }
  | { readonly command: "start" };

/** The command that a message is, if the whole of it, trimmed and folded, is one. */
export function readCommand(text: string): OptOutCommand | undefined {
  const folded = fold(text);
  const stopped = languages.find(({ stop }) => stop.includes(folded));
  if (stopped !== undefined) return { command: "stop", confirmation: stopped.confirmation };
  return languages.some(({ start }) => start.includes(folded)) ? { command: "start" } : undefined;
}

/** Without case, outer punctuation and quotes, and doubled spaces; full-width letters become plain ones. */
function fold(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/^[\s\p{P}\p{S}]+|[\s\p{P}\p{S}]+$/gu, "")
    .replace(/\s+/gu, " ");
}
